"""What the pages about one figure, one definition or one board hold."""
