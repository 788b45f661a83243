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
import io.micrometer.core.instrument.config.MeterFilterReply;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of one process: those that Vert.x counts (event loops, worker pools, HTTP and gRPC servers and clients, sockets) and those of the JVM, by the names that
 * Micrometer gives them for Prometheus. A role that runs in the process tells them after its own. Safe from any thread.
 */
public final class PlatformMetrics implements MetricsSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlatformMetrics.class);

    /** Several times what a process with all roles has; what comes above is not counted, so that nothing a client does lets it grow. */
    static final int MOST_SERIES = 5_000;

    /**
     * What series are told apart by. Nothing that a client chooses (its address, a path, a method), for each value would be a series for ever.
     */
    private static final EnumSet<Label> LABELS =
            EnumSet.of(Label.LOCAL, Label.HTTP_CODE, Label.HTTP_ROUTE, Label.POOL_TYPE, Label.POOL_NAME);

    /** Kept, because the JDK forgets the level of a logger that nobody refers to. */
    private static final java.util.logging.Logger OF_REGISTRIES =
            java.util.logging.Logger.getLogger(MeterRegistry.class.getName());

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final JvmGcMetrics garbage = new JvmGcMetrics();

    /** Begins to count what the JVM does. */
    public PlatformMetrics() {
        // Vert.x finds a gauge that several servers share by registering it again, which is told as a warning.
        OF_REGISTRIES.setLevel(Level.SEVERE);
        registry.config()
                .meterFilter(new Bounds())
                // Vert.x registers it for each of its groups of loops under one name.
                .meterFilter(MeterFilter.denyNameStartsWith("netty.eventexecutor.workers"));
        new JvmMemoryMetrics().bindTo(registry);
        garbage.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /** Keeps series few, and alike from one start to the next. */
    private static final class Bounds implements MeterFilter {
        private final Set<Meter.Id> kept = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean told = new AtomicBoolean();

        /** An allocator's identity is another number in each process, and would begin new series with each start. */
        @Override
        public Meter.Id map(Meter.Id id) {
            return id.getName().startsWith("netty.allocator.")
                    ? id.replaceTags(id.getTags().stream()
                            .filter(tag -> !tag.getKey().equals("id"))
                            .toList())
                    : id;
        }

        @Override
        public MeterFilterReply accept(Meter.Id id) {
            if (kept.size() < MOST_SERIES) {
                kept.add(id);
                return MeterFilterReply.NEUTRAL;
            }
            if (kept.contains(id)) {
                return MeterFilterReply.NEUTRAL;
            }
            if (told.compareAndSet(false, true)) {
                LOG.warn("{} series of platform metrics are kept; others, such as {}, are not", MOST_SERIES, id);
            }
            return MeterFilterReply.DENY;
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
