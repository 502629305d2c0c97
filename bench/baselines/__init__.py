"""The barest thing that could do the job, one program each."""
