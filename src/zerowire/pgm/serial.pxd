cpdef long long add(long long number, long long distance)
cpdef long long distance(long long one, long long other)
