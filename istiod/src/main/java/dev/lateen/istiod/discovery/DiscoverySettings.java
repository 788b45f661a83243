package dev.lateen.istiod.discovery;

import java.time.Duration;

/**
 * How discovery treats proxies.
 *
 * @param controlPlane names this istiod in every response
 * @param instance tells this istiod from others of its control plane, as tools show it: its pod's name
 * @param identityCheck whether a proxy may only claim the namespace and service account of its credential (Istio:
 *     {@code PILOT_ENABLE_XDS_IDENTITY_CHECK}, default true)
 * @param tools who may ask about other proxies
 * @param maxStreams streams at a time; more are refused with RESOURCE_EXHAUSTED
 * @param firstMessageWithin how long a stream may stay silent at its beginning
 * @param maxStreamAge after which a stream is ended so that proxies spread over istiods, give or take a tenth; zero for never (Istio:
 *     30 min)
 * @param makeBeforeBreak how long a listener or route waits for a new cluster that it names, and a response for the answer to the one before
 * @param answerWithin after which a proxy that says nothing to a response is told of
 * @param firstAnswersWithin the same for a proxy that has not had everything once: it may be starting, and everything that it is sent is new to it
 */
public record DiscoverySettings(
        String controlPlane,
        String instance,
        boolean identityCheck,
        Tools tools,
        int maxStreams,
        Duration firstMessageWithin,
        Duration maxStreamAge,
        Duration makeBeforeBreak,
        Duration answerWithin,
        Duration firstAnswersWithin) {

    /**
     * Who may ask about other proxies than itself, as on the debug pages.
     *
     * @param plaintext whether callers without a credential may; only where no stranger can reach the port
     * @param namespace the control plane's own, whose identities may
     */
    public record Tools(boolean plaintext, String namespace) {}

    /** Streams at a time, unless told otherwise. */
    public static final int MOST_STREAMS = 10_000;

    /** How long a stream may stay silent at its beginning, unless told otherwise. */
    public static final Duration FIRST_MESSAGE_WITHIN = Duration.ofSeconds(30);

    /** How long something waits for what it names, unless told otherwise. */
    public static final Duration MAKE_BEFORE_BREAK = Duration.ofMillis(1500);

    /** How long a proxy may take for an answer, unless told otherwise. */
    public static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

    /** How long a proxy may take for an answer while it starts, unless told otherwise. */
    public static final Duration FIRST_ANSWERS_WITHIN = Duration.ofSeconds(15);

    /** The usual ones. */
    public static DiscoverySettings defaults(String controlPlane) {
        return new DiscoverySettings(
                controlPlane,
                "istiod",
                true,
                new Tools(false, "istio-system"),
                MOST_STREAMS,
                FIRST_MESSAGE_WITHIN,
                Duration.ZERO,
                MAKE_BEFORE_BREAK,
                ANSWER_WITHIN,
                FIRST_ANSWERS_WITHIN);
    }

    /** The same of another name among its likes. */
    public DiscoverySettings withInstance(String name) {
        return new DiscoverySettings(
                controlPlane,
                name,
                identityCheck,
                tools,
                maxStreams,
                firstMessageWithin,
                maxStreamAge,
                makeBeforeBreak,
                answerWithin,
                firstAnswersWithin);
    }

    /** The same with callers without a credential shown other proxies, or not. */
    public DiscoverySettings withShowPlaintext(boolean shown) {
        return new DiscoverySettings(
                controlPlane,
                instance,
                identityCheck,
                new Tools(shown, tools.namespace),
                maxStreams,
                firstMessageWithin,
                maxStreamAge,
                makeBeforeBreak,
                answerWithin,
                firstAnswersWithin);
    }

    /** The same for a control plane of another namespace. */
    public DiscoverySettings withNamespace(String own) {
        return new DiscoverySettings(
                controlPlane,
                instance,
                identityCheck,
                new Tools(tools.plaintext, own),
                maxStreams,
                firstMessageWithin,
                maxStreamAge,
                makeBeforeBreak,
                answerWithin,
                firstAnswersWithin);
    }

    /** The same with limits of its own for streams. */
    public DiscoverySettings withStreams(int most, Duration firstMessage, Duration maxAge) {
        return new DiscoverySettings(
                controlPlane,
                instance,
                identityCheck,
                tools,
                most,
                firstMessage,
                maxAge,
                makeBeforeBreak,
                answerWithin,
                firstAnswersWithin);
    }

    /** The same with other waits for a proxy's answers. */
    public DiscoverySettings withPatience(Duration makeBefore, Duration answer) {
        return new DiscoverySettings(
                controlPlane,
                instance,
                identityCheck,
                tools,
                maxStreams,
                firstMessageWithin,
                maxStreamAge,
                makeBefore,
                answer,
                answer.compareTo(firstAnswersWithin) > 0 ? answer : firstAnswersWithin);
    }
}
