package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nonces of one type on one stream: what was sent, and what the client said to it. A rejection stands until what it names was sent
 * once more and accepted, or taken away: that the client accepts something else meanwhile does not make the rejected resource good. Not
 * thread-safe.
 */
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

    /** So many responses may be on their way: each after the first because nothing was said to the one before for long. */
    private static final int MOST_UNANSWERED = 8;

    private record Sent(ServerResponse response, long at) {
        static final Sent NOTHING = new Sent(new ServerResponse("", "", "", List.of(), List.of()), 0);

        String nonce() {
            return response.nonce();
        }

        Set<String> names() {
            Set<String> names = new LinkedHashSet<>(response.removed());
            for (XdsResource resource : response.resources()) {
                names.add(resource.name());
            }
            return names;
        }
    }

    private final Deque<Sent> unanswered = new ArrayDeque<>();
    private Sent last = Sent.NOTHING;
    private Sent answered = Sent.NOTHING;
    private @Nullable String answeredError;
    private String ackedNonce = "";
    private String ackedVersion = "";
    private @Nullable String rejection;
    /** The resources that the rejection names and that were not sent well since; empty if it names none. */
    private final Set<String> suspects = new LinkedHashSet<>();

    /** @param now on the clock for durations */
    void sent(ServerResponse response, long now) {
        last = new Sent(response, now);
        unanswered.add(last);
    }

    /** Takes in the nonce and error of a message. */
    Answer answer(String nonce, @Nullable String error) {
        if (nonce.isEmpty()) {
            return Answer.NONE;
        }
        if (unanswered.stream().noneMatch(sent -> sent.nonce().equals(nonce))) {
            return answeredAgain(nonce, error);
        }
        // Clients answer in order; one that leaves an answer out has seen the later response.
        Sent found = unanswered.removeFirst();
        while (!found.nonce().equals(nonce)) {
            found = unanswered.removeFirst();
        }
        return take(found, error);
    }

    /** A client may change its mind about the last response: what could not be bound is bound by now. */
    private Answer answeredAgain(String nonce, @Nullable String error) {
        if (!nonce.equals(answered.nonce())) {
            return Answer.STALE;
        }
        return Objects.equals(error, answeredError) ? Answer.REPEATED : take(answered, error);
    }

    private Answer take(Sent sent, @Nullable String error) {
        answered = sent;
        answeredError = error;
        Set<String> names = sent.names();
        if (error != null) {
            suspects.removeIf(names::contains);
            names.stream().filter(name -> Mentions.inText(error, name)).forEach(suspects::add);
            rejection = error;
            ackedNonce = ackedNonce.equals(sent.nonce()) ? "" : ackedNonce;
            return Answer.NACK;
        }
        ackedNonce = sent.nonce();
        ackedVersion = sent.response().version();
        suspects.removeAll(names);
        if (suspects.isEmpty()) {
            rejection = null;
        }
        return Answer.ACK;
    }

    /** Whether a response is on its way and unanswered. */
    boolean isAwaited() {
        return !unanswered.isEmpty();
    }

    /**
     * When the response was sent that has waited longest for its answer, on the clock for durations.
     *
     * @param otherwise if none waits
     */
    long awaitedSince(long otherwise) {
        return unanswered.isEmpty() ? otherwise : unanswered.getFirst().at();
    }

    /** Whether all that was sent until then has been answered. */
    boolean isAnsweredUntil(long time) {
        return unanswered.isEmpty() || unanswered.getFirst().at() - time > 0;
    }

    /** Whether one more response may be sent: nothing is on its way, or the last for longer than the client should need. */
    boolean isOpen(long now, long patience) {
        return unanswered.isEmpty()
                || (unanswered.size() < MOST_UNANSWERED
                        && now - unanswered.getLast().at() >= patience);
    }

    /** When {@link #isOpen} changes by itself; {@code otherwise} if it doesn't. */
    long opensAt(long patience, long otherwise) {
        boolean opens = !unanswered.isEmpty() && unanswered.size() < MOST_UNANSWERED;
        return opens ? unanswered.getLast().at() + patience : otherwise;
    }

    TypeStatus status(String typeUrl, int subscribed, int held) {
        return new TypeStatus(
                typeUrl,
                subscribed,
                held,
                last.nonce(),
                last.response().version(),
                answered.nonce(),
                ackedNonce,
                ackedVersion,
                rejection);
    }
}
