"""The self-test for integrators: each documented call of Akismet's protocol, sent over real HTTP.

calls       what is sent, as clients send it
judging     what an answer means to a client, and whether it is the promised one
between     what stands in the way: names, TLS, proxies, redirects
running     sends the calls one by one, bounded in time
own         which addresses are this machine's own, and may be called from a page
leftovers   takes away what the calls left in the database

The names on the wire are written here once more, apart from the door's: a test that borrowed them
would agree with every mistake in them.
"""
