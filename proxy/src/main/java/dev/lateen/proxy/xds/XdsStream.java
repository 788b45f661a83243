package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.bootstrap.Keepalive;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.Received;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.Fate;
import dev.lateen.proxy.xds.snapshot.Outcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A discovery stream that is always wanted: it is opened again, with back-off, whenever it ends, and goes on with what it holds. Everything
 * happens on one Vert.x context, only decoding on a worker; the next response is read when the one before is dealt with.
 */
final class XdsStream {
    private static final Logger LOG = LoggerFactory.getLogger(XdsStream.class);

    /** A full configuration of a big mesh is tens of megabytes. */
    private static final long MAX_MESSAGE = 256L << 20;

    /** HTTP/2's ENHANCE_YOUR_CALM, with which gRPC's servers end connections that ping too often. */
    private static final long CALM = 11;

    private static final long GOODBYE_MILLIS = 500;

    private final Vertx vertx;
    private final Context context;
    private final XdsTarget target;
    private final Supplier<Map<String, Secret>> secrets;
    private final ServiceMethod<Buffer, Buffer> method;
    private final DiscoveryProtocol protocol;
    private final ResourceDecoder decoder;
    private final Backoff backoff;
    private final InstantSource clock;
    private final Function<Outcome, Fate> onOutcome;
    private final Told told = new Told();
    private final StreamCounts counts = new StreamCounts();
    private Keepalive keepalive;
    private @Nullable GrpcClient client;
    private @Nullable GrpcClientRequest<Buffer, Buffer> request;
    private long pingTimer = -1;
    private long retryTimer = -1;
    private int generation;
    private boolean closed;
    private volatile boolean connected;
    private volatile String failure = "";

    /**
     * @param secrets those that there are now; any thread
     * @param method such as {@code envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources}
     */
    XdsStream(
            Vertx vertx,
            Context context,
            XdsTarget target,
            Supplier<Map<String, Secret>> secrets,
            String method,
            DiscoveryProtocol protocol,
            ResourceDecoder decoder,
            Backoff backoff,
            InstantSource clock,
            Function<Outcome, Fate> onOutcome) {
        this.vertx = vertx;
        this.context = context;
        this.target = target;
        this.keepalive = target.keepalive();
        this.secrets = secrets;
        int slash = method.indexOf('/');
        this.method = ServiceMethod.client(
                ServiceName.create(method.substring(0, slash)),
                method.substring(slash + 1),
                GrpcMessageEncoder.IDENTITY,
                GrpcMessageDecoder.IDENTITY);
        this.protocol = protocol;
        this.decoder = decoder;
        this.backoff = backoff;
        this.clock = clock;
        this.onOutcome = onOutcome;
    }

    /** Whether a stream is open now. Any thread. */
    boolean connected() {
        return connected;
    }

    /** What became of it so far. */
    StreamCounts counts() {
        return counts;
    }

    /** Why it is not open, such as {@code no connection to istiod:15012: ...}; empty when it is, or was not tried yet. Any thread. */
    String failure() {
        return connected ? "" : failure;
    }

    /** Begins; on the context. */
    void start() {
        connect();
    }

    /** Asks for names from now on; on the context. */
    void subscribe(ResourceType type, Set<String> names) {
        List<ByteString> requests = protocol.subscribe(type, names);
        if (connected) {
            send(requests);
        }
    }

    /** Ends for good; on the context. */
    Future<Void> close() {
        closed = true;
        generation++;
        vertx.cancelTimer(retryTimer);
        if (request == null || !connected) {
            return dropClient();
        }
        // In good order, so that the server does not miss us; but it may be gone, or not read.
        Promise<Void> said = Promise.promise();
        request.end().onComplete(_ -> said.tryComplete());
        long timer = vertx.setTimer(GOODBYE_MILLIS, _ -> said.tryComplete());
        return said.future().eventually(() -> {
            vertx.cancelTimer(timer);
            return dropClient();
        });
    }

    private void connect() {
        int mine = ++generation;
        // Headers may come from a token file.
        vertx.executeBlocking(() -> new Opening(
                        target.options().apply(secrets.get()), target.headers().get()))
                .compose(opening -> open(opening, mine))
                .onComplete(opened -> context.runOnContext(_ -> {
                    if (mine == generation && opened.succeeded()) {
                        opened(opened.result(), mine);
                    } else if (opened.failed()) {
                        retry(mine, GrpcEndpoint.reason(opened.cause()));
                    }
                }));
    }

    private record Opening(HttpClientOptions options, Map<String, String> headers) {}

    /** On the context. An attempt that is overtaken meanwhile leaves no client behind: whoever overtakes it closes the client. */
    private Future<GrpcClientRequest<Buffer, Buffer>> open(Opening opening, int mine) {
        if (mine != generation) {
            return Future.failedFuture("overtaken");
        }
        HttpClientOptions options = opening.options()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setUseAlpn(opening.options().isSsl())
                .setConnectTimeout(5_000);
        GrpcClient fresh =
                target.endpoint().client(vertx, new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE), options);
        client = fresh;
        return fresh.request(target.endpoint().target(), method).map(opened -> {
            opening.headers().forEach(opened.headers()::set);
            return opened;
        });
    }

    private void opened(GrpcClientRequest<Buffer, Buffer> opened, int mine) {
        request = opened;
        connected = true;
        opened.exceptionHandler(onContext(mine, error -> retry(mine, String.valueOf(error.getMessage()))));
        opened.response().onComplete(response -> {
            if (response.succeeded()) {
                // At once: a message may come with the headers, and nobody listens yet.
                response.result().pause();
            }
            context.runOnContext(_ -> {
                if (mine == generation && response.succeeded()) {
                    listen(response.result(), mine);
                } else if (response.failed()) {
                    retry(mine, String.valueOf(response.cause().getMessage()));
                }
            });
        });
        send(protocol.open());
        watch(opened.connection(), mine);
    }

    private void watch(HttpConnection connection, int mine) {
        connection.goAwayHandler(onContext(mine, goAway -> {
            if (goAway.getErrorCode() == CALM && !keepalive.isNone()) {
                keepalive = keepalive.calmer();
                LOG.warn(
                        "{} finds our pings too many; from now on one every {} s",
                        target.endpoint().at(),
                        keepalive.interval().toSeconds());
            }
        }));
        if (!keepalive.isNone()) {
            pingTimer = vertx.setPeriodic(keepalive.interval().toMillis(), _ -> ping(connection, mine));
        }
    }

    private <T> Handler<T> onContext(int mine, Consumer<T> action) {
        return value -> context.runOnContext(_ -> {
            if (mine == generation) {
                action.accept(value);
            }
        });
    }

    private void listen(GrpcClientResponse<Buffer, Buffer> response, int mine) {
        response.handler(onContext(mine, message -> receive(message, response, mine)));
        response.exceptionHandler(onContext(mine, error -> retry(mine, String.valueOf(error.getMessage()))));
        response.endHandler(onContext(mine, _ -> ended(mine, response.status(), response.statusMessage())));
        response.fetch(1);
    }

    /** Servers end streams now and then, so that clients spread anew; that is no fault. */
    private void ended(int mine, @Nullable GrpcStatus status, @Nullable String message) {
        if (status == GrpcStatus.OK) {
            counts.ended();
            LOG.info(
                    "{} at {}: ended by the server",
                    method.fullMethodName(),
                    target.endpoint().at());
            again(mine, "ended by the server");
        } else {
            retry(mine, "ended by the server: " + status + (message == null ? "" : " " + message));
        }
    }

    private void receive(Buffer message, GrpcClientResponse<Buffer, Buffer> response, int mine) {
        counts.received();
        ByteString bytes = UnsafeByteOperations.unsafeWrap(message.getBytes());
        vertx.executeBlocking(() -> decode(bytes))
                .onComplete(result -> context.runOnContext(_ -> {
                    if (mine != generation) {
                        return;
                    }
                    if (result.failed()) {
                        retry(
                                mine,
                                "a response that can't be read: "
                                        + result.cause().getMessage());
                        return;
                    }
                    backoff.reset();
                    handle(result.result(), response, mine);
                }));
    }

    private record Read(DiscoveryMessages.Response response, List<Decoded> decoded) {}

    private Read decode(ByteString bytes) {
        DiscoveryMessages.Response response = protocol.read(bytes);
        ResourceType type = ResourceType.ofUrl(response.typeUrl());
        List<Decoded> decoded = new ArrayList<>();
        if (type != null) {
            for (DiscoveryMessages.WireResource resource : response.resources()) {
                decoded.add(decode(type, resource, response.version()));
            }
        }
        return new Read(response, decoded);
    }

    private Decoded decode(ResourceType type, DiscoveryMessages.WireResource wire, String responseVersion) {
        return switch (decoder.decode(type, wire.name(), wire.typeUrl(), wire.bytes())) {
            case Decoded.Accepted accepted ->
                accepted.from(Received.of(
                        type,
                        wire.bytes(),
                        wire.version().isEmpty() ? responseVersion : wire.version(),
                        clock.instant()));
            case Decoded.Rejected rejected -> rejected;
        };
    }

    /** The answer tells what became of a response in the data path; the next is read when that has what can be had of this one. */
    private void handle(Read read, GrpcClientResponse<Buffer, Buffer> response, int mine) {
        Outcome outcome = protocol.handle(read.response(), read.decoded());
        Fate fate = onOutcome.apply(outcome);
        fate.known().onSuccess(onContext(mine, late -> {
            for (Decoded.Rejected rejection : outcome.rejections(late)) {
                if (told.isNews(rejection.reason(), clock.instant())) {
                    LOG.warn("rejected: {}", rejection.reason());
                }
            }
            send(List.of(protocol.answer(outcome, late)));
        }));
        fate.applied().onComplete(onContext(mine, _ -> response.fetch(1)));
    }

    private void send(List<ByteString> requests) {
        GrpcClientRequest<Buffer, Buffer> open = request;
        if (open != null) {
            requests.forEach(bytes -> {
                counts.sent();
                open.write(Buffer.buffer(bytes.toByteArray()));
            });
        }
    }

    private void ping(HttpConnection connection, int mine) {
        if (mine != generation) {
            return;
        }
        long timeout = vertx.setTimer(Math.max(1, keepalive.timeout().toMillis()), _ -> {
            LOG.warn("{}: no answer to a ping, closing", target.endpoint().at());
            connection.close();
        });
        connection.ping(Buffer.buffer(new byte[8])).onComplete(_ -> vertx.cancelTimer(timeout));
    }

    private void retry(int mine, String reason) {
        if (mine != generation || closed) {
            return;
        }
        if (connected) {
            counts.broke();
        } else {
            counts.failed();
        }
        String text = method.fullMethodName() + " at " + target.endpoint().at() + ": " + reason;
        if (told.isNews(text, clock.instant())) {
            LOG.warn("{}; trying again", text);
        } else {
            LOG.info("{}; trying again", text);
        }
        again(mine, reason);
    }

    private void again(int mine, String reason) {
        if (mine != generation || closed) {
            return;
        }
        failure = "no connection to " + target.endpoint().at() + ": " + reason;
        generation++;
        request = null;
        connected = false;
        dropClient();
        long delay = backoff.next().toMillis();
        retryTimer = vertx.setTimer(
                delay,
                _ -> context.runOnContext(_ -> {
                    if (!closed) {
                        connect();
                    }
                }));
    }

    private Future<Void> dropClient() {
        connected = false;
        vertx.cancelTimer(pingTimer);
        GrpcClient old = client;
        client = null;
        return old == null ? Future.succeededFuture() : old.close();
    }
}
