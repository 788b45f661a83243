package dev.lateen.istiod.discovery;

import org.jspecify.annotations.Nullable;

/** The nonces of one type on one stream: what was sent last, and what the client said to it. Not thread-safe. */
final class AckState {
    /** What a client's message says about responses. */
    enum Answer {
        /** It answers nothing: the first message of a type, or a spontaneous one. */
        NONE,
        /** It answers a response that a newer one has replaced. */
        STALE,
        /** It accepts the last response. */
        ACK,
        /** It rejects the last response. */
        NACK,
    }

    private String sentNonce = "";
    private String sentVersion = "";
    private String answeredNonce = "";
    private String ackedNonce = "";
    private String ackedVersion = "";
    private @Nullable String rejection;

    void sent(String nonce, String version) {
        sentNonce = nonce;
        sentVersion = version;
    }

    /** Takes in the nonce and error of a message; a repeated answer to the same response counts again, as Envoy sends such ones. */
    Answer answer(String nonce, @Nullable String error) {
        if (nonce.isEmpty()) {
            return Answer.NONE;
        }
        if (!nonce.equals(sentNonce)) {
            return Answer.STALE;
        }
        answeredNonce = nonce;
        rejection = error;
        if (error != null) {
            return Answer.NACK;
        }
        ackedNonce = nonce;
        ackedVersion = sentVersion;
        return Answer.ACK;
    }

    /** Whether a response is on its way and unanswered. */
    boolean isAwaited() {
        return !sentNonce.equals(answeredNonce);
    }

    TypeStatus status(String typeUrl, int subscribed, int held) {
        return new TypeStatus(
                typeUrl, subscribed, held, sentNonce, sentVersion, answeredNonce, ackedNonce, ackedVersion, rejection);
    }
}
