package dev.lateen.istiod.discovery;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The conversation with one proxy without its transport: requests in, responses out. The stream's thread drives it; views of it may be
 * taken from any thread.
 *
 * <p>A change is pushed so that a proxy never names what it doesn't have: clusters and endpoints; listeners and routes, of which those that
 * name a cluster the proxy is about to get wait until it has it; and once those are answered, what is gone is taken away. Each wait has a
 * limit, so a cluster that never comes up holds nothing back for long. One response of a type is on its way at a time, so a slow proxy is
 * sent the newest state when it is ready and none of those between; only one that says nothing for longer than the limit is sent the next.
 */
final class ProxySession {
    static final int MOST_TYPES = 16;
    static final int MOST_NAMES = 65_536;
    static final int LONGEST_NAME = 1024;

    private final ProxyNode node;
    private final Dialect dialect;
    private final boolean proven;
    private final String noncePrefix;
    private final LongSupplier nanos;
    private final long patience;
    private final PendingClusters pending;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private @Nullable MeshView view;
    private @Nullable Translation translation;
    private long nonces;
    private volatile long settledVersion = -1;

    /** When the response was sent that has waited longest for an answer; only if {@link #awaits}. */
    private volatile long awaitedSince;

    private volatile boolean awaits;

    /**
     * @param proven whether the proxy's identity is beyond doubt, so that it may have secrets
     * @param noncePrefix tells this stream's nonces from those of all others
     * @param patience how long one step waits for the one before, in nanoseconds
     */
    ProxySession(
            ProxyNode node, Dialect dialect, boolean proven, String noncePrefix, LongSupplier nanos, long patience) {
        this.node = node;
        this.dialect = dialect;
        this.proven = proven;
        this.noncePrefix = noncePrefix;
        this.nanos = nanos;
        this.patience = patience;
        this.pending = new PendingClusters(patience);
    }

    ProxyNode node() {
        return node;
    }

    /** Takes a message in. */
    synchronized AckState.Answer take(ClientRequest request) throws StreamFailure {
        checkBounds(request);
        Subscription subscription = subscriptions.computeIfAbsent(request.typeUrl(), Subscription::new);
        AckState.Answer answer = subscription.acks().answer(request.nonce(), request.error());
        // In state of the world a stale message wishes for what a newer one, already on its way, will wish for again.
        if (dialect == Dialect.DELTA || answer != AckState.Answer.STALE) {
            subscription.change(request.change(), answer == AckState.Answer.NONE);
        }
        if (subscription.nameCount() > MOST_NAMES) {
            throw new StreamFailure(
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "resource names of " + request.typeUrl() + ": more than " + MOST_NAMES
                            + " (accepted: no more than that)");
        }
        noteAwaited();
        return answer;
    }

    private void checkBounds(ClientRequest request) throws StreamFailure {
        if (request.typeUrl().isEmpty()) {
            throw new StreamFailure(
                    GrpcStatus.INVALID_ARGUMENT, "type_url: empty (accepted: the type URL of an xDS resource)");
        }
        if (request.typeUrl().length() > LONGEST_NAME
                || (subscriptions.size() >= MOST_TYPES && !subscriptions.containsKey(request.typeUrl()))) {
            throw new StreamFailure(
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "type_url: more than " + MOST_TYPES + " types (accepted: no more than that)");
        }
        Stream<String> names = switch (request.change()) {
            case ClientRequest.Change.Whole whole -> whole.names().stream();
            case ClientRequest.Change.Difference d ->
                Stream.concat(d.subscribe().stream(), d.initialVersions().keySet().stream());
        };
        if (names.anyMatch(name -> name.length() > LONGEST_NAME)) {
            throw new StreamFailure(
                    GrpcStatus.INVALID_ARGUMENT,
                    "resource name: longer than " + LONGEST_NAME + " characters (accepted: no longer)");
        }
    }

    /** What can be sent now, in push order; each of it counts as sent. */
    synchronized List<ServerResponse> respond(MeshView now) {
        if (view == null || view.version() != now.version()) {
            view = now;
            translation = SecretPolicy.guard(now.translate(node), node, proven);
        }
        pending.settle(new Facts(), nanos.getAsLong());
        List<ServerResponse> responses = new ArrayList<>();
        List<Subscription> inOrder = inPushOrder();
        boolean waiting = false;
        for (Subscription subscription : inOrder) {
            if (isOpen(subscription)) {
                advance(subscription, heldBack(subscription), false, responses);
                waiting |= subscription.isHolding();
            } else {
                waiting = true;
            }
        }
        if (responses.isEmpty() && !waiting && !isAwaited(TypeUrls.LISTENER) && !isAwaited(TypeUrls.ROUTE)) {
            inOrder.reversed().forEach(subscription -> advance(subscription, resource -> false, true, responses));
            if (responses.isEmpty()
                    && !inOrder.isEmpty()
                    && inOrder.stream().noneMatch(s -> s.acks().isAwaited())) {
                settledVersion = now.version();
            }
        }
        noteAwaited();
        return responses;
    }

    private boolean isOpen(Subscription subscription) {
        return subscription.acks().isOpen(nanos.getAsLong(), patience);
    }

    private void noteAwaited() {
        long earliest = 0;
        boolean any = false;
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.acks().isAwaited()) {
                long since = subscription.acks().awaitedSince(0);
                earliest = !any || since - earliest < 0 ? since : earliest;
                any = true;
            }
        }
        awaitedSince = earliest;
        awaits = any;
    }

    private List<Subscription> inPushOrder() {
        List<Subscription> ordered = new ArrayList<>();
        TypeUrls.PUSH_ORDER.stream().filter(subscriptions::containsKey).forEach(t -> ordered.add(subscriptions.get(t)));
        subscriptions.values().stream()
                .filter(s -> !TypeUrls.PUSH_ORDER.contains(s.typeUrl()))
                .forEach(ordered::add);
        return ordered;
    }

    /** Listeners and routes wait for the clusters that they name. */
    private Predicate<XdsResource> heldBack(Subscription subscription) {
        boolean namesClusters = subscription.typeUrl().equals(TypeUrls.LISTENER)
                || subscription.typeUrl().equals(TypeUrls.ROUTE);
        if (!namesClusters) {
            return resource -> false;
        }
        pending.settle(new Facts(), nanos.getAsLong());
        return pending.heldBack();
    }

    private final class Facts implements PendingClusters.Facts {
        private final @Nullable Subscription clusters = subscriptions.get(TypeUrls.CLUSTER);
        private final @Nullable Subscription endpoints = subscriptions.get(TypeUrls.ENDPOINT);

        @Override
        public boolean isAnswered(long sentAt) {
            return clusters == null || clusters.acks().isAnsweredUntil(sentAt);
        }

        @Override
        public boolean hasEndpoints(String name) {
            return endpoints != null && Objects.requireNonNull(translation).named(TypeUrls.ENDPOINT, name) != null;
        }

        @Override
        public boolean isAskedFor(String name) {
            return endpoints != null && endpoints.wants(name);
        }

        @Override
        public boolean hasThem(String name) {
            return endpoints != null && endpoints.has(name) && areEndpointsAnswered();
        }

        @Override
        public boolean areEndpointsAnswered() {
            return endpoints == null || !endpoints.acks().isAwaited();
        }
    }

    private boolean isAwaited(String typeUrl) {
        Subscription subscription = subscriptions.get(typeUrl);
        return subscription != null && subscription.acks().isAwaited();
    }

    private void advance(
            Subscription subscription,
            Predicate<XdsResource> heldBack,
            boolean withdraw,
            List<ServerResponse> responses) {
        boolean first = !subscription.isServed();
        Translation current = Objects.requireNonNull(translation);
        Update update = subscription.advance(current, dialect, heldBack, withdraw);
        if (update == null) {
            return;
        }
        String version = Long.toString(Objects.requireNonNull(view).version());
        String nonce = noncePrefix + "." + ++nonces;
        ServerResponse response =
                new ServerResponse(subscription.typeUrl(), version, nonce, update.resources(), update.removed());
        long now = nanos.getAsLong();
        subscription.acks().sent(response, now);
        responses.add(response);
        if (!subscription.typeUrl().equals(TypeUrls.CLUSTER)) {
            return;
        }
        if (first) {
            pending.allAdded(now);
        } else {
            pending.added(update.added(), now);
            sendEndpointsAgain(update);
        }
    }

    /** A changed cluster warms anew and waits for its endpoints, although those may not have changed and Envoy may not ask for them. */
    private void sendEndpointsAgain(Update clusters) {
        Subscription endpoints = subscriptions.get(TypeUrls.ENDPOINT);
        if (endpoints != null) {
            endpoints.sendAgain(clusters.updated());
        }
    }

    /** How long nothing can change by itself, in nanoseconds; at most as given, at least 1. */
    synchronized long quietFor(long atMost) {
        long now = nanos.getAsLong();
        long next = pending.nextMark(now, now + atMost);
        for (Subscription subscription : subscriptions.values()) {
            long opens = subscription.acks().opensAt(patience, next);
            next = opens - now > 0 && opens - next < 0 ? opens : next;
        }
        return Math.clamp(next - now, 1, atMost);
    }

    /** Whether the proxy has said nothing to a response that was sent so many nanoseconds ago or earlier. Any thread, without waiting. */
    boolean isSilent(long now, long limit) {
        return awaits && now - awaitedSince >= limit;
    }

    /** The types with a response that is unanswered and was sent at such a time. */
    synchronized List<String> silentTypes(LongPredicate sentAt) {
        return inPushOrder().stream()
                .filter(s -> s.acks().isAwaited() && sentAt.test(s.acks().awaitedSince(0)))
                .map(Subscription::typeUrl)
                .toList();
    }

    /** The newest snapshot of which the proxy has everything and answered to everything; -1 before the first. Any thread, without waiting. */
    long settledVersion() {
        return settledVersion;
    }

    /** Whether something of a type stands rejected. */
    synchronized boolean isRejected(String typeUrl) {
        Subscription subscription = subscriptions.get(typeUrl);
        return subscription != null && subscription.status().rejection() != null;
    }

    /** Where each type stands, in push order. */
    synchronized List<TypeStatus> types() {
        return inPushOrder().stream().map(Subscription::status).toList();
    }

    /** What the proxy was sent of a type and has not been told to drop; in no order. */
    synchronized List<XdsResource> sent(String typeUrl) {
        Subscription subscription = subscriptions.get(typeUrl);
        return subscription == null ? List.of() : List.copyOf(subscription.sent());
    }

    /** The names that the proxy asked for of a type, {@code *} for all. */
    synchronized List<String> wanted(String typeUrl) {
        Subscription subscription = subscriptions.get(typeUrl);
        return subscription == null ? List.of() : subscription.wanted();
    }
}
