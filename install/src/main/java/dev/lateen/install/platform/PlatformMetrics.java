package dev.lateen.install.platform;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.metrics.MetricsText;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metrics of one process: those that Vert.x counts (event loops, worker pools, HTTP and gRPC servers and clients, sockets) and those of the JVM, by the names that
 * Micrometer gives them for Prometheus. A role that runs in the process tells them after its own. Safe from any thread.
 */
public final class PlatformMetrics implements MetricsSource, AutoCloseable {
    /** Several times what a process with all roles has; what comes above is not counted, so that nothing a client does lets it grow. */
    static final int MOST_SERIES = 2_000;

    /**
     * What series are told apart by. Nothing that a client chooses (its address, a path, a method), for each value would be a series for ever.
     */
    private static final EnumSet<Label> LABELS =
            EnumSet.of(Label.LOCAL, Label.HTTP_CODE, Label.HTTP_ROUTE, Label.POOL_TYPE, Label.POOL_NAME);

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final JvmGcMetrics garbage = new JvmGcMetrics();

    /** Begins to count what the JVM does. */
    public PlatformMetrics() {
        registry.config()
                .meterFilter(MeterFilter.maximumAllowableMetrics(MOST_SERIES))
                // Vert.x registers it for each of its groups of loops under one name.
                .meterFilter(MeterFilter.denyNameStartsWith("netty.eventexecutor.workers"))
                .meterFilter(new WithoutIdentityHash());
        new JvmMemoryMetrics().bindTo(registry);
        garbage.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /** A number that is another one in each process would begin new series with each start. */
    private static final class WithoutIdentityHash implements MeterFilter {
        @Override
        public Meter.Id map(Meter.Id id) {
            return id.getName().startsWith("netty.allocator.")
                    ? id.replaceTags(id.getTags().stream()
                            .filter(tag -> !tag.getKey().equals("id"))
                            .toList())
                    : id;
        }
    }

    /** A Vert.x whose doings are counted here. */
    public Vertx vertx(VertxOptions options) {
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setNettyMetricsEnabled(true)
                .setLabels(LABELS);
        return Vertx.builder()
                .with(new VertxOptions(options).setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
    }

    @Override
    public void write(MetricsText out) throws IOException {
        Map<String, List<Series>> families = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            families.computeIfAbsent(MeterNames.family(meter.getId()), _ -> new ArrayList<>())
                    .add(new Series(labels(meter.getId()), meter));
        }
        for (Map.Entry<String, List<Series>> family : families.entrySet()) {
            new MeterFamily(family.getKey(), family.getValue()).write(out);
        }
    }

    /** One meter with its labels as the text has them. */
    record Series(String labels, Meter meter) {}

    private static String labels(Meter.Id id) {
        StringBuilder labels = new StringBuilder();
        for (Tag tag : id.getTags()) {
            MetricsText.label(labels, MetricsText.sanitized(tag.getKey()), tag.getValue());
        }
        return labels.toString();
    }

    /** Counts no more. */
    @Override
    public void close() {
        garbage.close();
        registry.close();
    }
}
