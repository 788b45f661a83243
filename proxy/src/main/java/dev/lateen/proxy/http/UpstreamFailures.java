package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.transport.ConnectFailure;

/** What a client is told when the upstream side fails, with Envoy's flags and details. */
final class UpstreamFailures {
    private UpstreamFailures() {}

    static ResponseFlag flag(StreamReset reason) {
        return switch (reason) {
            case CONNECTION_TERMINATION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
            case REMOTE_RESET, REMOTE_REFUSED -> ResponseFlag.UPSTREAM_REMOTE_RESET;
            case PROTOCOL_ERROR -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case LOCAL_RESET -> ResponseFlag.LOCAL_RESET;
        };
    }

    /** @param attempts how often it was tried, at least once */
    static LocalReply beforeResponse(StreamReset reason, int attempts) {
        return reason == StreamReset.PROTOCOL_ERROR
                ? LocalReply.upstreamProtocolError(attempts)
                : LocalReply.upstreamReset(reason.words(), flag(reason), attempts);
    }

    static String afterResponse(StreamReset reason) {
        return "upstream_reset_after_response_started{" + reason.words().replace(' ', '_') + "}";
    }

    /** As Envoy: the client gets the reason, what TLS or the system said stands in the details and so in the access log. */
    static LocalReply connect(ConnectFailure failure, int attempts) {
        if (failure.unresolved()) {
            return LocalReply.dnsFailure();
        }
        return LocalReply.connectionFailure(failure.resetReason(), failure.transportFailureReason(), attempts);
    }
}
