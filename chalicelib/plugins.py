"""The optional plug-ins of this installation.

A plug-in is a package that has `routes.ROUTES` (rows of the route table) and
`integration.Integration` (see `usecases/ports/integrations.py`). To remove a plug-in, delete its
folder and its line here.
"""

PLUGINS: tuple[str, ...] = (
    "chalicelib.botpress",
)  # fmt: skip
