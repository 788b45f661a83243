package dev.lateen.istiod.discovery;

import java.util.Objects;
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
        /** It says once more what it said to the last response, as when it subscribes to more in between. */
        REPEATED,
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

    /** Whether the last response was answered so already. */
    private boolean isRepetition(String nonce, @Nullable String error) {
        return nonce.equals(answeredNonce) && Objects.equals(error, rejection);
    }

    /** Takes in the nonce and error of a message. */
    Answer answer(String nonce, @Nullable String error) {
        if (nonce.isEmpty()) {
            return Answer.NONE;
        }
        if (!nonce.equals(sentNonce)) {
            return Answer.STALE;
        }
        if (isRepetition(nonce, error)) {
            return Answer.REPEATED;
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
