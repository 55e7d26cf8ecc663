//go:build sent

package main

func other(values []int32) (result int32) {
	jobs, results := make(chan func() int32), make(chan int32)
	go func() {
		var sum int32
		for job := range jobs {
			sum ^= job()
		}
		results <- sum
	}()
	jobs <- func() int32 { return productWide(&values[0], len(values)) }
	jobs <- func() int32 { return productPlain(values) }
	close(jobs)
	return <-results
}
