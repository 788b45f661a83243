package dev.lateen.istiod.discovery;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.istiod.discovery.CallerCheck.Verdict;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.config.core.v3.ControlPlane;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connected proxy's thread: waits for a message or a newer snapshot, answers, waits again. Back-pressure falls out of that. */
final class DiscoveryStream implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DiscoveryStream.class);
    private static final String GRPC_GENERATOR = "grpc";
    private static final long LONG_WHILE = Duration.ofMinutes(1).toNanos();

    private final DiscoveryServer server;
    private final AdsCall call;
    private final Mailbox mailbox;
    private final Dialect dialect;
    private final CallerCheck peerCheck;
    private final long number;
    private final Instant connectedAt;
    private final long began;
    private final long endsAt;
    private final ControlPlane controlPlane;
    private Optional<SpiffeId> identity = Optional.empty();
    private volatile @Nullable ProxySession session;
    private volatile boolean stopping;
    /** Whether the stream ends by a fault, of the proxy's or of istiod's; its own thread only. */
    private boolean failed;
    /** Whether it asks about proxies and is none: nobody waits for it, and nobody misses it; its own thread only. */
    private boolean isTool;

    /** The types whose silence was told. */
    private final Set<String> silent = ConcurrentHashMap.newKeySet();

    DiscoveryStream(
            DiscoveryServer server,
            AdsCall call,
            Mailbox mailbox,
            Dialect dialect,
            CallerCheck peerCheck,
            long number) {
        this.server = server;
        this.call = call;
        this.mailbox = mailbox;
        this.dialect = dialect;
        this.peerCheck = peerCheck;
        this.number = number;
        this.connectedAt = server.clock().instant();
        this.began = server.nanos();
        this.endsAt = server.streamEnd(began);
        this.controlPlane = ControlPlane.newBuilder()
                .setIdentifier(server.settings().controlPlane())
                .build();
    }

    /** A newer snapshot is in force. */
    void wake() {
        mailbox.wake();
    }

    /** Ends the stream soon. */
    void stop() {
        stopping = true;
        mailbox.wake();
    }

    @Override
    public void run() {
        try {
            converse();
            call.end(stopping ? GrpcStatus.UNAVAILABLE : GrpcStatus.OK, stopping ? "istiod is stopping" : "");
        } catch (StreamFailure failure) {
            failed = true;
            server.events().refused(call.peerAddress(), failure.getMessage());
            call.end(failure.status(), failure.getMessage());
        } catch (InterruptedException e) {
            call.end(GrpcStatus.UNAVAILABLE, "istiod is stopping");
        } catch (RuntimeException e) {
            failed = true;
            LOG.error("stream {} of {} ends by a fault of istiod", number, call.peerAddress(), e);
            ProxySession open = session;
            if (open != null) {
                server.events().failed(open.node());
            }
            call.end(GrpcStatus.INTERNAL, "istiod failed; its log says why");
        } finally {
            leave();
        }
    }

    private void leave() {
        Optional<ProxyStatus> last = status();
        boolean broken = last.isPresent() && !isTool && !stopping && (mailbox.isBroken() || failed);
        server.ended(this, last.filter(status -> broken));
        ProxySession open = isTool ? null : session;
        if (open != null && broken) {
            server.events().lost(open.node());
        } else if (open != null) {
            server.events().disconnected(open.node());
        }
    }

    private void converse() throws StreamFailure, InterruptedException {
        if (call.isCompressed()) {
            throw new StreamFailure(GrpcStatus.UNIMPLEMENTED, "grpc-encoding: compressed (accepted: identity)");
        }
        identity = identity();
        ClientRequest first = firstMessage();
        if (first == null) {
            return;
        }
        ProxySession open = open(first);
        session = open;
        isTool = DebugTypes.has(first.typeUrl());
        if (!isTool) {
            server.returned(open.node().id());
            server.events().connected(open.node());
        }
        take(open, first);
        call.fetch();
        while (true) {
            push(open);
            mailbox.await(Math.min(open.quietFor(LONG_WHILE), Math.max(1, endsAt - server.nanos())));
            if (stopping || mailbox.isOver() || server.nanos() - endsAt >= 0) {
                return;
            }
            byte[] message = mailbox.poll();
            if (message != null) {
                take(open, dialect.read(message));
                call.fetch();
            }
        }
    }

    private Optional<SpiffeId> identity() throws StreamFailure {
        return switch (peerCheck.check(call.tls(), call.authorization())) {
            case Verdict.Known known -> Optional.of(known.identity());
            case Verdict.Anonymous _ -> Optional.empty();
            case Verdict.Refused refused -> throw new StreamFailure(GrpcStatus.UNAUTHENTICATED, refused.reason());
        };
    }

    private @Nullable ClientRequest firstMessage() throws StreamFailure, InterruptedException {
        call.fetch();
        long deadline = server.nanos() + server.settings().firstMessageWithin().toNanos();
        while (true) {
            byte[] message = mailbox.poll();
            if (message != null) {
                return dialect.read(message);
            }
            if (stopping || mailbox.isOver()) {
                return null;
            }
            long left = deadline - server.nanos();
            if (left <= 0) {
                throw new StreamFailure(GrpcStatus.DEADLINE_EXCEEDED, "no discovery request came on this stream");
            }
            mailbox.await(left);
        }
    }

    private ProxySession open(ClientRequest first) throws StreamFailure {
        if (first.node() == null) {
            throw new StreamFailure(
                    GrpcStatus.INVALID_ARGUMENT, "node: absent in the first request (accepted: a node with an id)");
        }
        ProxyNode node = NodeReader.read(first.node());
        refuseProxyless(node);
        if (server.settings().identityCheck() && identity.isPresent()) {
            checkClaims(node, identity.get());
        }
        return new ProxySession(
                node,
                dialect,
                identity.isPresent(),
                Long.toString(number),
                server::nanos,
                server.settings().makeBeforeBreak().toNanos());
    }

    /** Its resources have other names and forms; without a word it would wait for them until its application gives up. */
    private static void refuseProxyless(ProxyNode node) throws StreamFailure {
        if (GRPC_GENERATOR.equals(node.text("GENERATOR"))) {
            throw new StreamFailure(
                    GrpcStatus.UNIMPLEMENTED,
                    "node %s: proxyless gRPC (GENERATOR: grpc) is not served (accepted: a sidecar or gateway proxy)"
                            .formatted(node.id()));
        }
    }

    /** Istio's {@code checkConnectionIdentity}: a credential is good for its own namespace and service account. */
    private static void checkClaims(ProxyNode node, SpiffeId identity) throws StreamFailure {
        String account = node.text(NodeMetadata.SERVICE_ACCOUNT);
        boolean own = identity.namespace().equals(node.namespace())
                && (account == null || account.isEmpty() || account.equals(identity.serviceAccount()));
        if (!own) {
            throw new StreamFailure(
                    GrpcStatus.PERMISSION_DENIED,
                    "node %s: claims namespace %s, service account %s (accepted for this credential: namespace %s, service account %s)"
                            .formatted(
                                    node.id(),
                                    node.namespace(),
                                    account,
                                    identity.namespace(),
                                    identity.serviceAccount()));
        }
    }

    private void take(ProxySession open, ClientRequest request) throws StreamFailure, InterruptedException {
        if (DebugTypes.has(request.typeUrl())) {
            debug(request);
            return;
        }
        AckState.Answer answer = open.take(request);
        ClientRequest.Rejection rejection = request.rejection();
        if (answer == AckState.Answer.NACK && rejection != null) {
            silent.remove(request.typeUrl());
            server.convergence().rejected(this, open.node().id(), request.typeUrl());
            server.events().rejected(open.node(), request.typeUrl(), rejection.code(), rejection.reason());
        } else if (answer == AckState.Answer.ACK) {
            silent.remove(request.typeUrl());
            server.events().acknowledged(open.node(), request.typeUrl());
            if (!open.isRejected(request.typeUrl())) {
                server.convergence().accepted(open.node().id(), request.typeUrl());
            }
        } else if (answer == AckState.Answer.STALE) {
            server.events().expired(open.node(), request.typeUrl());
        }
    }

    /** Tells of what the proxy has not answered for long, once. Called now and then, from another thread. */
    void tellSilence(WakingTime time) {
        ProxySession open = session;
        if (open == null) {
            return;
        }
        Duration limit = open.settledVersion() < 0
                ? server.settings().firstAnswersWithin()
                : server.settings().answerWithin();
        if (open.isSilent(time.now(), limit.toNanos())) {
            open.silentTypes(sentAt -> time.since(sentAt) >= limit.toNanos()).stream()
                    .filter(silent::add)
                    .forEach(type -> server.events().silent(open.node(), type, limit));
        }
    }

    /** A tool asks about other proxies; it gets one answer each time it asks, and no more when something changes. */
    private void debug(ClientRequest request) throws StreamFailure, InterruptedException {
        // istioctl puts a nonce of its own into what it asks first; only ours is an acknowledgement.
        String nonce = number + ".debug";
        if (request.nonce().equals(nonce)) {
            return;
        }
        DiscoverySettings.Tools tools = server.settings().tools();
        boolean mayAsk = identity.map(known -> known.namespace().equals(tools.namespace()))
                .orElse(tools.plaintext());
        if (!mayAsk) {
            throw new StreamFailure(
                    GrpcStatus.PERMISSION_DENIED,
                    request.typeUrl() + ": asked for with "
                            + identity.map(SpiffeId::uri).orElse("no credential")
                            + " (accepted: an identity of namespace "
                            + tools.namespace() + ")");
        }
        ServerResponse answer = new DebugTypes(server).answer(request, nonce);
        call.send(dialect.write(answer, DebugTypes.controlPlane(server.settings())));
    }

    private void push(ProxySession open) throws InterruptedException {
        MeshView view = server.view();
        if (view == null) {
            return;
        }
        long settledBefore = open.settledVersion();
        long pushBegan = server.nanos();
        List<ServerResponse> responses = open.respond(view);
        for (ServerResponse response : responses) {
            byte[] message = dialect.write(response, controlPlane);
            server.convergence().touched(this, open.node().id());
            if (!call.send(message)) {
                server.events().unsent(open.node(), response.typeUrl());
                return;
            }
            server.events()
                    .pushed(
                            open.node(),
                            response.typeUrl(),
                            response.resources().size(),
                            response.removed().size(),
                            message.length);
        }
        if (!responses.isEmpty()) {
            server.events().took(open.node(), Duration.ofNanos(server.nanos() - pushBegan));
        }
        if (open.settledVersion() > settledBefore) {
            long took = Math.min(server.convergence().elapsed(), server.nanos() - began);
            server.events().converged(open.node(), Duration.ofNanos(took));
            server.convergence().settled(this, open.node().id(), open.settledVersion());
        }
    }

    /** Whether the proxy had everything of some snapshot, and so will have everything of the next. */
    boolean isServed() {
        ProxySession open = session;
        return open != null && open.settledVersion() >= 0;
    }

    /** Whether the stream is that proxy's. */
    boolean isOf(String nodeId) {
        ProxySession open = session;
        return open != null && open.node().id().equals(nodeId);
    }

    /** How the proxy stands; empty before its first message. */
    Optional<ProxyStatus> status() {
        return Optional.ofNullable(session)
                .map(open -> new ProxyStatus(
                        open.node().id() + "-" + number,
                        open.node(),
                        call.peerAddress(),
                        connectedAt,
                        dialect == Dialect.DELTA,
                        open.settledVersion(),
                        open.types()));
    }

    /** What the proxy was sent of a type. */
    List<XdsResource> sent(String typeUrl) {
        ProxySession open = session;
        return open == null ? List.of() : open.sent(typeUrl);
    }

    /** The names that the proxy asked for of a type. */
    List<String> wanted(String typeUrl) {
        ProxySession open = session;
        return open == null ? List.of() : open.wanted(typeUrl);
    }
}
