package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.AdsClient;
import dev.lateen.proxy.xds.decode.ResourceType;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where everything comes together that a proxy is told: the control plane's resources from an {@link AdsClient}, and secrets from whoever brings them. Whenever a
 * snapshot is complete, it goes to the data path. Everything happens on one context; public methods may be called from any thread.
 */
public final class SnapshotSource {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSource.class);

    private final Vertx vertx;
    private final Context context;
    private final SnapshotAssembler assembler;
    private final Application application;
    private final InstantSource clock;
    private final List<Follower> followers = new ArrayList<>();
    private long patienceTimer = -1;
    private boolean closed;
    private volatile List<String> waiting = List.of();
    private volatile List<String> failures = List.of();
    private volatile Map<String, Secret> secrets = Map.of();

    /** Who brings something, and has to know what is asked for. Called on the source's context. */
    public interface Follower {
        /** What is referred to may have changed. Must not block. */
        void referencesChanged(References references);

        /** What waits, what was refused or what is in force may have changed. Must not block. */
        default void settled() {}
    }

    /** What the resources that are there refer to. */
    public interface References {
        /** The names to ask the aggregated stream for. */
        Set<String> names(ResourceType type);

        /** The secrets to ask of one SDS server. @param server the name of its cluster */
        Set<String> secretsOf(String server);

        /** The secrets that neither the aggregated stream nor the bootstrap nor one of these SDS servers brings. */
        Set<String> secretsBeyond(Set<String> servers);
    }

    /**
     * On the context of the caller; nothing happens before {@link #start}.
     *
     * @param assembler with the bootstrap's own resources; not to be used by anybody else from now on
     * @param sink puts snapshots in force
     * @param clock for how long something waits
     */
    public SnapshotSource(Vertx vertx, SnapshotAssembler assembler, SnapshotSink sink, InstantSource clock) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.assembler = assembler;
        this.clock = clock;
        this.application = new Application(vertx, context, sink, assembler, clock, this::settled);
    }

    /** From now on tells somebody; before {@link #start}. */
    public void follow(Follower follower) {
        followers.add(follower);
    }

    /** Begins with what the bootstrap brings. */
    public Future<Void> start() {
        return onContext(() -> {
            tellReferences();
            publish();
        });
    }

    /** Takes a secret that does not come over xDS: the workload's own certificate or roots, or one from a file. */
    public Future<Void> secret(Secret secret) {
        return onContext(() -> {
            assembler.secret(secret);
            publish();
        });
    }

    /** A secret that does not come over xDS can't be had for now: nobody waits for it any longer. One that was there stays. */
    public Future<Void> absentSecret(String name) {
        return onContext(() -> {
            assembler.update(ResourceType.SECRET, List.of(), Set.of(name));
            publish();
        });
    }

    /** What became of everything that was sent. */
    public Future<ConfigState> configState() {
        Promise<ConfigState> state = Promise.promise();
        context.runOnContext(_ -> state.complete(assembler.configState()));
        return state.future();
    }

    /** What waits for something else before it comes into force, in words. */
    public List<String> waiting() {
        return waiting;
    }

    /** Why listeners and clusters are not as they were sent last, in words. */
    public List<String> failures() {
        return failures;
    }

    /** Those that there are now, by name. */
    public Map<String, Secret> secrets() {
        return secrets;
    }

    /** Where everything of it happens. */
    public Context context() {
        return context;
    }

    /** Takes a response of the aggregated stream or of an SDS server. On the context. */
    public Fate take(ResourceType type, Outcome outcome) {
        Instant now = clock.instant();
        outcome.rejections()
                .forEach(rejection -> assembler.rejected(
                        type, rejection.name(), new ConfigState.Failure(rejection.reason(), outcome.version(), now)));
        if (outcome.rejections().isEmpty()) {
            // What was too broken to have a name is not among what came now.
            assembler.recovered(type, "");
        }
        assembler.update(type, outcome.changed(), outcome.removed());
        tellReferences();
        publish();
        return application.fate(type, outcome);
    }

    /** Whether nothing was refused or waits for anything, and the data path has it all, with every listener bound. On the context. */
    public boolean isWhole() {
        return waiting.isEmpty() && failures.isEmpty() && application.isSettled();
    }

    /** Hands out nothing any more; what was handed out stays. */
    public Future<Void> close() {
        return onContext(() -> {
            closed = true;
            vertx.cancelTimer(patienceTimer);
            application.close();
        });
    }

    private Future<Void> onContext(Runnable action) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(_ -> {
            if (!closed) {
                action.run();
            }
            done.complete();
        });
        return done.future();
    }

    private void tellReferences() {
        for (Follower follower : followers) {
            follower.referencesChanged(assembler);
        }
    }

    private void publish() {
        ProxySnapshot snapshot = assembler.assemble();
        waiting = assembler.waiting();
        assembler.takeLate().forEach(LOG::warn);
        awaitDeadline();
        if (snapshot != null) {
            // What comes into force may have let go of what it replaced.
            tellReferences();
            application.apply(snapshot);
            secrets = snapshot.secrets();
        }
        application.look();
        settled();
    }

    private void settled() {
        failures = assembler.failures();
        followers.forEach(Follower::settled);
    }

    /** Something that waits may lose its patience before anything comes. */
    private void awaitDeadline() {
        vertx.cancelTimer(patienceTimer);
        Instant deadline = assembler.nextDeadline();
        if (deadline != null) {
            long millis = Duration.between(clock.instant(), deadline).toMillis();
            patienceTimer = vertx.setTimer(Math.max(1, millis + 1), _ -> onContext(this::publish));
        }
    }
}
