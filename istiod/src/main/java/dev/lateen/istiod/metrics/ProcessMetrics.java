package dev.lateen.istiod.metrics;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What Prometheus' client libraries tell of any process, by their names; what the system does not tell is 0. */
final class ProcessMetrics {
    private static final Path SELF = Path.of("/proc/self");
    private static final int PAGE_BYTES = 4096;

    private ProcessMetrics() {}

    static void addTo(MetricsPage page) {
        page.counter(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
                () -> ProcessHandle.current()
                                .info()
                                .totalCpuDuration()
                                .orElse(Duration.ZERO)
                                .toMillis()
                        / 1e3);
        page.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                "",
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        page.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", "", () -> statm(0));
        page.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", "", () -> statm(1));
        page.gauge("process_open_fds", "Number of open file descriptors.", "", ProcessMetrics::openFiles);
    }

    private static double statm(int field) {
        try {
            String[] pages = Files.readString(SELF.resolve("statm")).split(" ", -1);
            return Double.parseDouble(pages[field]) * PAGE_BYTES;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    private static double openFiles() {
        try (Stream<Path> files = Files.list(SELF.resolve("fd"))) {
            return files.count();
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
