package dev.lateen.it;

import java.util.List;

/** The series of one proxy at one time. */
record Scrape(List<String> lines) {
    /** @param pod its address */
    static Scrape of(String pod) throws Exception {
        try (Web web = Web.direct()) {
            return new Scrape(web.get("http://" + pod + ":15090/stats/prometheus")
                    .body()
                    .lines()
                    .toList());
        }
    }

    /** The sum of a metric's series that have all these labels. @param labels each as {@code name="value"} */
    long sum(String metric, String... labels) {
        return lines.stream()
                .filter(line -> line.startsWith(metric + "{"))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
