package dev.lateen.istiod.discovery;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.XdsResource;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The conversation with one proxy without its transport: requests in, responses out. The stream's thread drives it; views of it may be
 * taken from any thread.
 *
 * <p>A change is pushed in three steps, so that a proxy never names what it doesn't have: clusters and endpoints; once those are
 * answered, listeners and routes; and once those are answered too, what is gone is taken away. One response of a type is on its way at a
 * time, so a slow proxy is sent the newest state when it is ready and none of those between.
 */
final class ProxySession {
    static final int MOST_TYPES = 16;
    static final int MOST_NAMES = 65_536;
    static final int LONGEST_NAME = 1024;

    private final ProxyNode node;
    private final Dialect dialect;
    private final boolean proven;
    private final String noncePrefix;
    private final WarmingClusters warming;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private @Nullable MeshView view;
    private @Nullable Translation translation;
    private long nonces;
    private long settledVersion = -1;

    /**
     * @param proven whether the proxy's identity is beyond doubt, so that it may have secrets
     * @param noncePrefix tells this stream's nonces from those of all others
     */
    ProxySession(ProxyNode node, Dialect dialect, boolean proven, String noncePrefix, LongSupplier nanos) {
        this.node = node;
        this.dialect = dialect;
        this.proven = proven;
        this.noncePrefix = noncePrefix;
        this.warming = new WarmingClusters(nanos);
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
        if (request.typeUrl().equals(TypeUrls.ENDPOINT)) {
            warming.subscribed(subscription);
        }
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
        List<ServerResponse> responses = new ArrayList<>();
        List<Subscription> inOrder = inPushOrder();
        boolean held = false;
        for (Subscription subscription : inOrder) {
            if (subscription.acks().isAwaited() || mustWait(subscription)) {
                held = true;
            } else {
                advance(subscription, false, responses);
            }
        }
        if (responses.isEmpty() && !held) {
            inOrder.reversed().forEach(subscription -> advance(subscription, true, responses));
            if (responses.isEmpty() && !inOrder.isEmpty()) {
                settledVersion = now.version();
            }
        }
        return responses;
    }

    private List<Subscription> inPushOrder() {
        List<Subscription> ordered = new ArrayList<>();
        TypeUrls.PUSH_ORDER.stream().filter(subscriptions::containsKey).forEach(t -> ordered.add(subscriptions.get(t)));
        subscriptions.values().stream()
                .filter(s -> !TypeUrls.PUSH_ORDER.contains(s.typeUrl()))
                .forEach(ordered::add);
        return ordered;
    }

    /** Listeners and routes wait until the proxy has the clusters they may name. */
    private boolean mustWait(Subscription subscription) {
        boolean namesClusters = subscription.typeUrl().equals(TypeUrls.LISTENER)
                || subscription.typeUrl().equals(TypeUrls.ROUTE);
        return namesClusters && (isAwaited(TypeUrls.CLUSTER) || isAwaited(TypeUrls.ENDPOINT) || warming.isPending());
    }

    private boolean isAwaited(String typeUrl) {
        Subscription subscription = subscriptions.get(typeUrl);
        return subscription != null && subscription.acks().isAwaited();
    }

    private void advance(Subscription subscription, boolean withdraw, List<ServerResponse> responses) {
        boolean first = !subscription.isServed();
        Translation current = Objects.requireNonNull(translation);
        Update update = subscription.advance(current, dialect, withdraw);
        if (update == null) {
            return;
        }
        String version = Long.toString(Objects.requireNonNull(view).version());
        String nonce = noncePrefix + "." + ++nonces;
        subscription.acks().sent(nonce, version);
        responses.add(new ServerResponse(subscription.typeUrl(), version, nonce, update.resources(), update.removed()));
        if (subscription.typeUrl().equals(TypeUrls.CLUSTER) && !first) {
            followUp(update, current);
        }
    }

    /**
     * A changed cluster warms anew and waits for its endpoints, although those may not have changed and Envoy may not ask for them; a new
     * one is asked for by the proxy in a moment.
     */
    private void followUp(Update clusters, Translation current) {
        Subscription endpoints = subscriptions.get(TypeUrls.ENDPOINT);
        if (endpoints == null) {
            return;
        }
        endpoints.sendAgain(clusters.updated());
        warming.added(clusters.added().stream()
                .filter(name -> !endpoints.wants(name) && current.named(TypeUrls.ENDPOINT, name) != null)
                .toList());
    }

    /** How long nothing can change by itself, in nanoseconds; at most as given. */
    synchronized long quietFor(long atMost) {
        return warming.remaining(atMost);
    }

    /** The newest snapshot of which the proxy has everything and answered to everything; -1 before the first. */
    synchronized long settledVersion() {
        return settledVersion;
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
