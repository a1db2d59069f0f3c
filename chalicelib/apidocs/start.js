// Beside the document: with a stage in front of both, on a domain of their own, on this machine.
SwaggerUIBundle({
  url: new URL("../openapi.json", location.href).href,
  dom_id: "#api",
  deepLinking: true,
  // With all groups open, Swagger UI does not come to an end with rendering so many operations.
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
