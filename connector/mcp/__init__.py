"""The MCP server: the actions as tools of an agent host, over stdio or streamable HTTP.

`server.create_server` makes a server of one connector, one connection and a selection of actions; `transports` runs it.
The tools are those that `connector.export.mcp` writes; no tool takes its secret. The Python SDK of the Model Context
Protocol is an extra (`mcp`), and importing it takes a second, so nothing here is imported before it is used.
"""
