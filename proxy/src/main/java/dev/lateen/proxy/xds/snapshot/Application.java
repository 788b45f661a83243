package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import io.vertx.core.AsyncResult;
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

/**
 * Brings snapshots to the data path one after the other, and finds out what is to be answered to the control plane: an ACK follows the swap,
 * and a listener that can't be bound is a NACK. A listener or cluster that waits for a secret of another source is not answered for; one that
 * waits for what comes over the same stream is, since that has an answer of its own. Everything happens on one context.
 */
final class Application {
    /** A listener's routes come at once or, from a server that wants the listener's answer first, only after that. */
    private static final Duration ROUTES_PATIENCE = Duration.ofSeconds(1);

    private static final long BIND_AGAIN_MILLIS = 5_000;

    private final Vertx vertx;
    private final Context context;
    private final SnapshotSink sink;
    private final SnapshotAssembler assembler;
    private final InstantSource clock;
    private final Runnable onSettled;
    private final UnansweredResponses<Open> answers = new UnansweredResponses<>();
    private Future<Map<String, String>> last = Future.succeededFuture(Map.of());
    private Map<String, String> unbound = Map.of();
    private int underWay;
    private long bindTimer = -1;
    private boolean closed;

    private record Open(ResourceType type, Outcome outcome, Instant since, Promise<List<Decoded.Rejected>> known) {}

    /** @param onSettled called when the data path has the newest snapshot */
    Application(
            Vertx vertx,
            Context context,
            SnapshotSink sink,
            SnapshotAssembler assembler,
            InstantSource clock,
            Runnable onSettled) {
        this.vertx = vertx;
        this.context = context;
        this.sink = sink;
        this.assembler = assembler;
        this.clock = clock;
        this.onSettled = onSettled;
    }

    void apply(ProxySnapshot snapshot) {
        underWay++;
        last = sink.apply(snapshot);
        last.onComplete(bound -> context.runOnContext(_ -> {
            underWay--;
            if (bound.succeeded()) {
                note(bound.result());
            }
            onSettled.run();
        }));
    }

    /** What will be known of a response that was given to the assembler. */
    Fate fate(ResourceType type, Outcome outcome) {
        Open open = new Open(type, outcome, clock.instant(), Promise.promise());
        answers.add(type, open);
        look();
        if (type == ResourceType.LISTENER && !open.known().future().isComplete()) {
            vertx.setTimer(ROUTES_PATIENCE.toMillis() + 1, _ -> context.runOnContext(_ -> look()));
        }
        return new Fate(last, open.known().future());
    }

    /** UnansweredResponses what waits for nothing any longer, as soon as the newest snapshot is in force. */
    void look() {
        for (Open open : answers.ready(this::waits)) {
            last.onComplete(bound -> context.runOnContext(_ -> open.known().tryComplete(late(open, bound))));
        }
    }

    private boolean waits(Open open) {
        boolean impatient = !clock.instant().isBefore(open.since().plus(ROUTES_PATIENCE));
        return open.outcome().changed().stream()
                .map(resource -> assembler.waitFor(open.type(), resource.name()))
                .anyMatch(wait -> switch (wait) {
                    case NOTHING -> false;
                    case SAME_STREAM -> open.type() == ResourceType.LISTENER && !impatient;
                    case ELSEWHERE -> true;
                });
    }

    private static List<Decoded.Rejected> late(Open open, AsyncResult<Map<String, String>> bound) {
        if (bound.failed()) {
            return List.of(new Decoded.Rejected(
                    "", "can't be put in force: " + bound.cause().getMessage()));
        }
        List<Decoded.Rejected> late = new ArrayList<>();
        if (open.type() == ResourceType.LISTENER) {
            for (Decoded.Accepted listener : open.outcome().changed()) {
                String why = bound.result().get(listener.name());
                if (why != null) {
                    late.add(new Decoded.Rejected(listener.name(), reason(listener.name(), why)));
                }
            }
        }
        return late;
    }

    private static String reason(String listener, String why) {
        return "listener " + listener + ": " + why;
    }

    private void note(Map<String, String> now) {
        now.forEach((name, why) -> {
            if (!why.equals(unbound.get(name))) {
                assembler.rejected(
                        ResourceType.LISTENER, name, new ConfigState.Failure(reason(name, why), "", clock.instant()));
            }
        });
        unbound.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> assembler.recovered(ResourceType.LISTENER, name));
        unbound = Map.copyOf(now);
        vertx.cancelTimer(bindTimer);
        if (!unbound.isEmpty() && !closed) {
            bindTimer = vertx.setTimer(BIND_AGAIN_MILLIS, _ -> context.runOnContext(_ -> bindAgain()));
        }
    }

    /** Whoever held the address may be gone. */
    private void bindAgain() {
        if (!unbound.isEmpty() && underWay == 0 && !closed) {
            apply(assembler.latest());
        }
    }

    /** Whether the data path has the newest snapshot, with every listener bound. */
    boolean isSettled() {
        return underWay == 0 && unbound.isEmpty();
    }

    void close() {
        closed = true;
        vertx.cancelTimer(bindTimer);
    }
}
