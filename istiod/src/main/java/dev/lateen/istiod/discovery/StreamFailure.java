package dev.lateen.istiod.discovery;

import io.vertx.grpc.common.GrpcStatus;

/** Ends a client's stream; the message tells the client what was wrong. Carries no stack trace: clients cause it at will. */
final class StreamFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final GrpcStatus status;
    private final String message;

    StreamFailure(GrpcStatus status, String message) {
        super(message, null, false, false);
        this.status = status;
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }

    GrpcStatus status() {
        return status;
    }
}
