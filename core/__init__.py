"""Jobs, periods and template tags that every app may use. No model of the business."""
