package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.lateen.proxy.model.Secret;
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

    private static final long PING_INTERVAL_MILLIS = 30_000;
    private static final long PING_TIMEOUT_MILLIS = 10_000;
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
    private final Consumer<DiscoveryProtocol.Outcome> onOutcome;
    private @Nullable GrpcClient client;
    private @Nullable GrpcClientRequest<Buffer, Buffer> request;
    private long pingTimer = -1;
    private long retryTimer = -1;
    private int generation;
    private boolean closed;
    private volatile boolean connected;

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
            Consumer<DiscoveryProtocol.Outcome> onOutcome) {
        this.vertx = vertx;
        this.context = context;
        this.target = target;
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
                .compose(this::open)
                .onComplete(opened -> context.runOnContext(_ -> {
                    if (mine == generation && opened.succeeded()) {
                        opened(opened.result(), mine);
                    } else if (opened.succeeded()) {
                        opened.result().cancel();
                    } else {
                        retry(mine, GrpcEndpoint.reason(opened.cause()));
                    }
                }));
    }

    private record Opening(HttpClientOptions options, Map<String, String> headers) {}

    private Future<GrpcClientRequest<Buffer, Buffer>> open(Opening opening) {
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
        pingTimer = vertx.setPeriodic(PING_INTERVAL_MILLIS, _ -> ping(opened.connection(), mine));
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
        response.endHandler(onContext(mine, _ -> {
            GrpcStatus status = response.status();
            retry(mine, "ended by the server: " + status + " " + response.statusMessage());
        }));
        response.fetch(1);
    }

    private void receive(Buffer message, GrpcClientResponse<Buffer, Buffer> response, int mine) {
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
                    handle(result.result());
                    response.fetch(1);
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

    private void handle(Read read) {
        DiscoveryProtocol.Outcome outcome = protocol.handle(read.response(), read.decoded());
        for (Decoded.Rejected rejection : outcome.rejections()) {
            LOG.warn("rejected: {}", rejection.reason());
        }
        // Subscriptions that follow from the response go out before its ACK is seen to be handled, as Envoy does.
        send(List.of(outcome.answer()));
        onOutcome.accept(outcome);
    }

    private void send(List<ByteString> requests) {
        GrpcClientRequest<Buffer, Buffer> open = request;
        if (open != null) {
            requests.forEach(bytes -> open.write(Buffer.buffer(bytes.toByteArray())));
        }
    }

    private void ping(HttpConnection connection, int mine) {
        if (mine != generation) {
            return;
        }
        long timeout = vertx.setTimer(PING_TIMEOUT_MILLIS, _ -> {
            LOG.info("{}: no answer to a ping, closing", target.endpoint().at());
            connection.close();
        });
        connection.ping(Buffer.buffer(new byte[8])).onComplete(_ -> vertx.cancelTimer(timeout));
    }

    private void retry(int mine, String reason) {
        if (mine != generation || closed) {
            return;
        }
        generation++;
        request = null;
        connected = false;
        dropClient();
        long delay = backoff.next().toMillis();
        LOG.info(
                "{} at {}: {}; trying again in {} ms",
                method.fullMethodName(),
                target.endpoint().at(),
                reason,
                delay);
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
