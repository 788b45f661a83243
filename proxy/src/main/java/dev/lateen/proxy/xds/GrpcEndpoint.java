package dev.lateen.proxy.xds;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.AddressResolver;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.util.List;

/**
 * Where a gRPC server is, and who it must prove to be: Istio's bootstraps connect to one address and ask for the certificate of another name
 * ({@code sni: istiod.istio-system.svc}).
 *
 * @param at where to connect
 * @param name for SNI, and what the server's certificate must be for; empty for the host of {@code at}
 */
public record GrpcEndpoint(SocketAddress at, String name) {
    private static final int DEEPEST = 8;

    /** Known by its address. */
    public static GrpcEndpoint of(SocketAddress at) {
        return new GrpcEndpoint(at, "");
    }

    /** Why no connection came about, down to what TLS says of a certificate: Vert.x names the step only. */
    public static String reason(Throwable failure) {
        StringBuilder reason = new StringBuilder(String.valueOf(failure.getMessage()));
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            String said = cause.getMessage();
            if (said != null && reason.indexOf(said) < 0) {
                reason.append(": ").append(said);
            }
            cause = cause.getCause();
        }
        return reason.toString();
    }

    private boolean isRenamed() {
        return at.isInetSocket() && !name.isEmpty() && !name.equals(at.host());
    }

    /** What a request to it is addressed to. */
    public SocketAddress target() {
        return isRenamed() ? SocketAddress.inetSocketAddress(at.port(), name) : at;
    }

    /** A client for requests to {@link #target()}. */
    public GrpcClient client(Vertx vertx, GrpcClientOptions options, HttpClientOptions transport) {
        if (!isRenamed()) {
            return GrpcClient.client(vertx, options, transport);
        }
        // The name is never looked up: it resolves to where the bootstrap says the server is.
        return GrpcClient.builder(vertx)
                .with(options)
                .with(transport)
                .withAddressResolver(AddressResolver.<SocketAddress>mappingResolver(_ -> List.of(at)))
                .build();
    }
}
