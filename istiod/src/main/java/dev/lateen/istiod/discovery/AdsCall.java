package dev.lateen.istiod.discovery;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.InvalidMessageException;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The gRPC side of one stream: hands messages to a mailbox one at a time, and writes from a thread that may wait. */
final class AdsCall {
    private final GrpcServerRequest<Buffer, Buffer> request;
    private final Context context;
    private final Mailbox mailbox;
    private final @Nullable SSLSession tls;
    private final @Nullable String authorization;
    private final String peerAddress;

    /** To be made on the call's event loop. */
    AdsCall(GrpcServerRequest<Buffer, Buffer> request, Mailbox mailbox) {
        this.request = request;
        this.context = Objects.requireNonNull(Vertx.currentContext());
        this.mailbox = mailbox;
        this.tls = request.connection().sslSession();
        this.authorization = request.headers().get("authorization");
        this.peerAddress = String.valueOf(request.connection().remoteAddress());
        request.pause();
        request.handler(buffer -> mailbox.put(buffer.getBytes()));
        request.endHandler(nothing -> mailbox.end());
        request.exceptionHandler(failure -> mailbox.close());
        request.errorHandler(error -> mailbox.close());
        request.invalidMessageHandler(this::refuse);
        request.response().exceptionHandler(failure -> mailbox.close());
    }

    /** Without this the client would be told, but the stream's thread would wait for it for ever. */
    private void refuse(InvalidMessageException invalid) {
        request.response()
                .status(GrpcStatus.RESOURCE_EXHAUSTED)
                .statusMessage("discovery request: too large or not readable (accepted: up to 4 MiB)")
                .end();
        mailbox.close();
    }

    @Nullable
    SSLSession tls() {
        return tls;
    }

    @Nullable
    String authorization() {
        return authorization;
    }

    String peerAddress() {
        return peerAddress;
    }

    /** Whether the client compresses its messages, which is not read: a few bytes could become gigabytes. */
    boolean isCompressed() {
        String encoding = request.encoding();
        return encoding != null && !encoding.equals("identity");
    }

    /** Asks for one more message. */
    void fetch() {
        context.runOnContext(nothing -> request.fetch(1));
    }

    /**
     * Writes and waits until the client's flow control let it go.
     *
     * @return false if the stream ended before
     */
    boolean send(byte[] message) throws InterruptedException {
        CompletableFuture<Void> written = new CompletableFuture<>();
        context.runOnContext(nothing -> {
            try {
                request.response()
                        .write(Buffer.buffer(message))
                        .onSuccess(written::complete)
                        .onFailure(written::completeExceptionally);
            } catch (IllegalStateException ended) {
                // The client has cancelled meanwhile.
                written.completeExceptionally(ended);
            }
        });
        return mailbox.awaitWritten(written);
    }

    /** Ends the stream. */
    void end(GrpcStatus status, String message) {
        try {
            context.runOnContext(nothing -> {
                if (!mailbox.closed().isDone()) {
                    var response = request.response().status(status);
                    if (!message.isEmpty()) {
                        response.statusMessage(message);
                    }
                    response.end().onFailure(failure -> mailbox.close());
                }
            });
        } catch (RejectedExecutionException e) {
            // The process ended its event loops before this thread had its turn, and with them the connection.
            mailbox.close();
        }
    }
}
