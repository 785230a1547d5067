"""The season served the way the platforms serve posts: local stand-ins of their APIs, with faults to switch on."""
