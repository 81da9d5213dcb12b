"""Threads of comments: what people write about code, whom it concerns, and where the code is now.

`threads` is what people do, `reading` what each of them has read and follows, `writing` who is told of it;
`markdown` makes of a text what is safe to show, `following` finds the code again when a file has changed,
`issues` ties threads to what analyses find, `exchange` takes them out and in.
"""
