"""What people see: charts, reports, the command line, pages."""
