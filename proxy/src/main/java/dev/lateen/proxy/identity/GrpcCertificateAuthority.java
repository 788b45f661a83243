package dev.lateen.proxy.identity;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.lateen.proxy.xds.GrpcEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a CA over gRPC and TLS. Its two messages have two fields of interest, so they are written by hand. */
public final class GrpcCertificateAuthority implements CertificateSigner {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcCertificateAuthority.class);
    private static final int CSR = 1;
    private static final int VALIDITY_SECONDS = 3;
    private static final int CERT_CHAIN = 1;
    private static final int TIMEOUT_SECONDS = 10;

    private static final ServiceMethod<Buffer, Buffer> METHOD = ServiceMethod.client(
            ServiceName.create("istio.v1.auth.IstioCertificateService"),
            "CreateCertificate",
            GrpcMessageEncoder.IDENTITY,
            GrpcMessageDecoder.IDENTITY);

    private final Vertx vertx;
    private final GrpcEndpoint endpoint;
    private final Supplier<String> roots;
    private @Nullable Client client;

    /** @param rootsPem what it trusts */
    private record Client(GrpcClient client, String rootsPem) {}

    /** @param roots what its certificate is checked against, in PEM; asked for with each request */
    public GrpcCertificateAuthority(Vertx vertx, GrpcEndpoint endpoint, Supplier<String> roots) {
        this.vertx = vertx;
        this.endpoint = endpoint;
        this.roots = roots;
    }

    /** Asks {@code ca}, which is checked against roots of its own, followed until it is closed, or else against the mesh's. */
    public static CertificateSigner of(Vertx vertx, IdentitySettings.Ca ca, MeshRoots mesh, Surroundings around) {
        GrpcEndpoint endpoint =
                new GrpcEndpoint(SocketAddress.inetSocketAddress(ca.port(), ca.host()), ca.serverName());
        if (ca.roots() == null) {
            return new GrpcCertificateAuthority(vertx, endpoint, mesh::pem);
        }
        MeshRoots own = new MeshRoots("the CA's roots", ca.roots(), around);
        own.follow(() -> {});
        GrpcCertificateAuthority authority = new GrpcCertificateAuthority(vertx, endpoint, own::pem);
        return new CertificateSigner() {
            @Override
            public Future<List<String>> sign(String csrPem, Duration timeToLive, String token) {
                return authority.sign(csrPem, timeToLive, token);
            }

            @Override
            public Future<Void> close() {
                own.close();
                return authority.close();
            }
        };
    }

    /** With connections that trust what is trusted now. */
    private synchronized GrpcClient client() {
        String now = roots.get();
        Client known = client;
        if (known != null && known.rootsPem.equals(now)) {
            return known.client;
        }
        if (known != null) {
            known.client.close().onFailure(error -> LOG.debug("a client of the CA can't be closed", error));
        }
        Client fresh = new Client(client(now), now);
        client = fresh;
        return fresh.client;
    }

    private GrpcClient client(String rootsPem) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setSsl(true)
                .setUseAlpn(true)
                .setConnectTimeout(5_000)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(rootsPem)));
        return endpoint.client(vertx, new GrpcClientOptions(), options);
    }

    @Override
    public Future<List<String>> sign(String csrPem, Duration timeToLive, String token) {
        return client().request(endpoint.target(), METHOD)
                .compose(request -> {
                    request.headers().set("authorization", "Bearer " + token);
                    request.timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                    return request.send(Buffer.buffer(encode(csrPem, timeToLive)));
                })
                .compose(GrpcCertificateAuthority::answer);
    }

    private static Future<List<String>> answer(GrpcClientResponse<Buffer, Buffer> response) {
        return response.last().transform(last -> {
            GrpcStatus status = response.status();
            if (last.succeeded() && status == GrpcStatus.OK && last.result() != null) {
                return Future.succeededFuture(decode(last.result().getBytes()));
            }
            String reason = status == null || status == GrpcStatus.OK
                    ? String.valueOf(last.cause())
                    : status + " " + response.statusMessage();
            return Future.failedFuture(new IOException("the CA refused: " + reason));
        });
    }

    private static byte[] encode(String csrPem, Duration timeToLive) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeString(CSR, csrPem);
            out.writeInt64(VALIDITY_SECONDS, timeToLive.toSeconds());
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> decode(byte[] bytes) {
        try {
            List<String> chain = new ArrayList<>();
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == CERT_CHAIN) {
                    chain.add(in.readString());
                } else {
                    in.skipField(tag);
                }
            }
            return chain;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Future<Void> close() {
        return client == null ? Future.succeededFuture() : client.client.close();
    }
}
