// Draws the API's schema with Swagger UI; requests made from the page carry the session's CSRF token.

const page = document.querySelector("[data-schema]");
const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
const reads = ["GET", "HEAD", "OPTIONS"];

window.SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  presets: [window.SwaggerUIBundle.presets.apis],
  deepLinking: true,
  requestInterceptor(request) {
    const isOurs = new URL(request.url, document.baseURI).origin === location.origin;
    if (isOurs && !reads.includes((request.method || "GET").toUpperCase())) {
      request.headers["X-CSRFToken"] = token;
    }
    return request;
  },
});
