from zerowire.engine.returned cimport Receipt


cpdef convert(Receipt receipt, bint whole, how)
cpdef to_bytes(Receipt receipt)
cpdef list to_list(Receipt receipt)
