"""The contract for AI agents: tools of the Model Context Protocol, over stdio and HTTP."""
