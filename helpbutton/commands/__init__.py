"""The commands behind `helpbutton`, one file for each family."""
