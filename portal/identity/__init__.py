"""Who a member of staff is, by the word of an identity provider (OpenID Connect)."""
