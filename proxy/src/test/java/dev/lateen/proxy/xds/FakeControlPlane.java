package dev.lateen.proxy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.lateen.proxy.xds.decode.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A control plane that says what a test tells it to, and shows what it was asked; with Envoy's own generated classes. */
public final class FakeControlPlane implements AutoCloseable {
    private final HttpServer server;
    private final BlockingQueue<DeltaDiscoveryRequest> deltaRequests = new LinkedBlockingQueue<>();
    private final BlockingQueue<DiscoveryRequest> requests = new LinkedBlockingQueue<>();
    private volatile @Nullable GrpcServerRequest<Buffer, Buffer> stream;
    private final AtomicInteger connections = new AtomicInteger();
    private int nonce;

    public FakeControlPlane(Vertx vertx) {
        GrpcServer grpc = GrpcServer.server(vertx);
        grpc.callHandler(
                method("DeltaAggregatedResources"),
                call -> accept(call, bytes -> deltaRequests.add(DeltaDiscoveryRequest.parseFrom(bytes))));
        grpc.callHandler(
                method("StreamAggregatedResources"),
                call -> accept(call, bytes -> requests.add(DiscoveryRequest.parseFrom(bytes))));
        server = done(vertx.createHttpServer(new HttpServerOptions().setPort(0).setHost("127.0.0.1"))
                .connectionHandler(_ -> connections.incrementAndGet())
                .requestHandler(grpc)
                .listen());
    }

    private interface Parsed {
        void accept(byte[] bytes) throws InvalidProtocolBufferException;
    }

    private void accept(GrpcServerRequest<Buffer, Buffer> call, Parsed parsed) {
        stream = call;
        call.handler(message -> {
            try {
                parsed.accept(message.getBytes());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        });
        // No headers before the first response, as istiod does it: a client must be ready for both at once.
    }

    private static ServiceMethod<Buffer, Buffer> method(String name) {
        return ServiceMethod.server(
                ServiceName.create("envoy.service.discovery.v3.AggregatedDiscoveryService"),
                name,
                GrpcMessageEncoder.IDENTITY,
                GrpcMessageDecoder.IDENTITY);
    }

    public SocketAddress address() {
        return SocketAddress.inetSocketAddress(server.actualPort(), "127.0.0.1");
    }

    /** The next delta request that is like that; others before it are passed over. */
    public DeltaDiscoveryRequest nextDelta(Predicate<DeltaDiscoveryRequest> like) {
        return next(deltaRequests, like);
    }

    public DiscoveryRequest next(Predicate<DiscoveryRequest> like) {
        return next(requests, like);
    }

    /** Whether a response with this nonce was answered, by a message that nobody has looked at. */
    public boolean hasHeard(String responseNonce) {
        return deltaRequests.stream().anyMatch(r -> r.getResponseNonce().equals(responseNonce))
                || requests.stream().anyMatch(r -> r.getResponseNonce().equals(responseNonce));
    }

    /** How many connections were opened so far. */
    public int connections() {
        return connections.get();
    }

    private static <T> T next(BlockingQueue<T> queue, Predicate<T> like) {
        try {
            for (T request = queue.poll(60, TimeUnit.SECONDS);
                    request != null;
                    request = queue.poll(60, TimeUnit.SECONDS)) {
                if (like.test(request)) {
                    return request;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("no such request within a minute");
    }

    /** Sends resources of one type in a delta response. */
    public String sendDelta(ResourceType type, String version, Message... resources) {
        return sendDelta(type, version, List.of(), resources);
    }

    public String sendDelta(ResourceType type, String version, List<String> removed, Message... resources) {
        DeltaDiscoveryResponse.Builder response = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setNonce("n" + ++nonce)
                .addAllRemovedResources(removed);
        for (Message resource : resources) {
            response.addResources(Resource.newBuilder()
                    .setName(name(resource))
                    .setVersion(version)
                    .setResource(Any.pack(resource)));
        }
        send(response.build());
        return "n" + nonce;
    }

    /** Sends the whole of one type. */
    public String send(ResourceType type, String version, Message... resources) {
        send(DiscoveryResponse.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setVersionInfo(version)
                .setNonce("n" + ++nonce)
                .addAllResources(Arrays.stream(resources).map(Any::pack).toList())
                .build());
        return "n" + nonce;
    }

    private void send(MessageLite response) {
        GrpcServerRequest<Buffer, Buffer> call = Objects.requireNonNull(stream, "no stream is open");
        done(call.response().write(Buffer.buffer(response.toByteArray())));
    }

    /** Breaks the connection under the stream. */
    public void breakConnection() {
        GrpcServerRequest<Buffer, Buffer> call = Objects.requireNonNull(stream, "no stream is open");
        stream = null;
        deltaRequests.clear();
        requests.clear();
        call.connection().close();
    }

    private static String name(Message resource) {
        var descriptor = resource.getDescriptorForType();
        var ofEndpoints = descriptor.findFieldByName("cluster_name");
        var field = ofEndpoints == null ? descriptor.findFieldByName("name") : ofEndpoints;
        return field == null ? "" : (String) resource.getField(field);
    }

    @Override
    public void close() {
        done(server.close());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }
}
