"""The verbs that talk: a socket of each type, with lines for messages.

verbs       a function for each socket type
drafts      those of the draft types
options     the groups of their options
line        a socket of theirs, its waiting and its end
loops       send, receive, ask, answer, or both at once
addresses   to whom a line goes, where a socket type wants to know
letter      a message that came, with what is known of it
codec       messages as lines, as JSON, as octets with lengths
reading     messages from standard input
writing     messages to standard output
pace        how many, how often
"""
