package dev.lateen.istiod.ca;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lateen.api.ca.IstioCertificateRequest;
import dev.lateen.api.ca.IstioCertificateResponse;
import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.ca.RefusedException.Reason;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@code istio.v1.auth.IstioCertificateService/CreateCertificate}: each caller gets a certificate for who it is, not for who it says. */
public final class CertificateService {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateService.class);
    private static final ServiceName SERVICE = ServiceName.create("istio.v1.auth", "IstioCertificateService");

    private final CertificateAuthority authority;
    private final Callers callers;
    private final Duration defaultTtl;
    private final Duration longestTtl;
    private final CaEvents events;

    /**
     * @param defaultTtl of certificates whose request names none (Istio: {@code DEFAULT_WORKLOAD_CERT_TTL}, 24 h)
     * @param longestTtl what longer wishes are cut to (Istio: {@code MAX_WORKLOAD_CERT_TTL}, 90 d)
     */
    public CertificateService(
            CertificateAuthority authority,
            Callers callers,
            Duration defaultTtl,
            Duration longestTtl,
            CaEvents events) {
        this.authority = authority;
        this.callers = callers;
        this.defaultTtl = defaultTtl;
        this.longestTtl = longestTtl;
        this.events = events;
    }

    /** Adds the service to a gRPC server, which must speak TLS, for its callers send tokens. */
    public void serveOn(GrpcServer grpc) {
        ServiceMethod<Buffer, Buffer> method = ServiceMethod.server(
                SERVICE, "CreateCertificate", GrpcMessageEncoder.IDENTITY, GrpcMessageDecoder.IDENTITY);
        grpc.callHandler(method, this::accept);
    }

    private void accept(GrpcServerRequest<Buffer, Buffer> request) {
        Context context = Objects.requireNonNull(Vertx.currentContext());
        SSLSession tls = request.connection().sslSession();
        String authorization = request.headers().get("authorization");
        request.last()
                .onSuccess(message -> Thread.ofVirtual()
                        .name("ca")
                        .start(() -> answer(request, context, tls, authorization, message.getBytes())));
    }

    private void answer(
            GrpcServerRequest<Buffer, Buffer> request,
            Context context,
            @Nullable SSLSession tls,
            @Nullable String authorization,
            byte[] message) {
        events.asked();
        try {
            byte[] answer = create(tls, authorization, message).toByteArray();
            context.runOnContext(nothing -> request.response().end(Buffer.buffer(answer)));
        } catch (RefusedException e) {
            events.refused(e.reason(), String.valueOf(e.getMessage()));
            fail(request, context, status(e.reason()), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("a certificate could not be made", e);
            fail(request, context, GrpcStatus.INTERNAL, "istiod failed; its log says why");
        }
    }

    private IstioCertificateResponse create(@Nullable SSLSession tls, @Nullable String authorization, byte[] message)
            throws RefusedException {
        SpiffeId identity = callers.identify(tls, authorization);
        IstioCertificateRequest request = parse(message);
        if (request.getMetadata().containsFields("ImpersonatedIdentity")) {
            throw new RefusedException(
                    Reason.DENIED,
                    "metadata.ImpersonatedIdentity: set (accepted: absent; nobody may ask for others here)");
        }
        PublicKey key = SigningRequest.key(request.getCsr(), authority.provider());
        Duration ttl = ttl(request.getValidityDuration());
        IstioCertificateResponse response = IstioCertificateResponse.newBuilder()
                .addAllCertChain(authority.signWorkload(key, identity, ttl))
                .build();
        events.issued(identity, ttl);
        return response;
    }

    private static IstioCertificateRequest parse(byte[] message) throws RefusedException {
        try {
            return IstioCertificateRequest.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new RefusedException(Reason.INVALID, "malformed certificate request: " + e.getMessage());
        }
    }

    private Duration ttl(long seconds) {
        if (seconds <= 0) {
            return defaultTtl;
        }
        return seconds >= longestTtl.toSeconds() ? longestTtl : Duration.ofSeconds(seconds);
    }

    private static GrpcStatus status(Reason reason) {
        return switch (reason) {
            case UNAUTHENTICATED -> GrpcStatus.UNAUTHENTICATED;
            case DENIED -> GrpcStatus.PERMISSION_DENIED;
            case INVALID -> GrpcStatus.INVALID_ARGUMENT;
            case UNAVAILABLE -> GrpcStatus.UNAVAILABLE;
        };
    }

    private static void fail(
            GrpcServerRequest<Buffer, Buffer> request, Context context, GrpcStatus status, String message) {
        context.runOnContext(nothing ->
                request.response().status(status).statusMessage(message).end());
    }
}
