"""The numbers of the documents, for what only names them and reads none."""

DOCUMENTS = ("000", "001", "002", "003", "004")
