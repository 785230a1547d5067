# Reads counts and exposures (a row a week, a column a series), judges the last weeks of each series by three detectors of
# the package `surveillance`, and writes 0 or 1 a week and series. Arguments: folder, weeks to judge, alpha.
suppressMessages(library(surveillance))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
judged <- as.integer(arguments[2])
alpha <- as.numeric(arguments[3])
counts <- as.matrix(read.csv(file.path(folder, "counts.csv")))
posts <- as.matrix(read.csv(file.path(folder, "posts.csv")))
range <- (nrow(counts) - judged + 1):nrow(counts)
series <- sts(observed = counts, start = c(2021, 1), frequency = 52, population = posts)

write_alarms <- function(name, found) {
  write.csv(found@alarm * 1, file.path(folder, paste0(name, ".csv")), row.names = FALSE)
}

flexible <- list(
  range = range, b = 1, w = 5, noPeriods = 1, pastWeeksNotIncluded = 2, weightsThreshold = 2.58, pThresholdTrend = 0.05,
  trend = FALSE, thresholdMethod = "nbPlugin", alpha = alpha, populationOffset = TRUE, limit54 = c(0, 4)
)
invisible(capture.output(suppressWarnings({
  write_alarms("farrington", farringtonFlexible(series, control = flexible))
  write_alarms("bayes", bayes(series, control = list(range = range, b = 0, w = 8, actY = TRUE, alpha = alpha)))
  write_alarms("ears", earsC(series, control = list(range = range, method = "C1", baseline = 8, alpha = alpha)))
})))
