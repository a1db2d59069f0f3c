// Beside the document: with a stage in front of both, on a domain of their own, on this machine.
SwaggerUIBundle({
  url: new URL("../openapi.json", location.href).href,
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
