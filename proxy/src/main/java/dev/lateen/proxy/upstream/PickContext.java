package dev.lateen.proxy.upstream;

import dev.lateen.proxy.route.HashPolicies;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a pick may look at. Belongs to one event loop; keep one for an exchange with its retries, or one for a connection and {@link #reset()}
 * it for each exchange.
 */
public final class PickContext {
    private static final Host[] NO_HOSTS = {};

    private final RandomGenerator random;
    private long hash = HashPolicies.NO_HASH;
    private @Nullable InetSocketAddress originalDestination;
    private Host[] tried = NO_HOSTS;
    private int triedCount;
    private int maxAttempts = 1;
    private int leavePriorityAfter;
    private int triedSinceLeft;
    private long leftPriorities;

    /** @param random a source of chance of the same event loop */
    public PickContext(RandomGenerator random) {
        this.random = random;
    }

    /** Forgets everything but the source of chance. */
    public PickContext reset() {
        hash = HashPolicies.NO_HASH;
        originalDestination = null;
        Arrays.fill(tried, 0, triedCount, null);
        triedCount = 0;
        maxAttempts = 1;
        leavePriorityAfter = 0;
        triedSinceLeft = 0;
        leftPriorities = 0;
        return this;
    }

    public RandomGenerator random() {
        return random;
    }

    /** The request's hash, or {@link HashPolicies#NO_HASH}. */
    public long hash() {
        return hash;
    }

    public PickContext hash(long value) {
        hash = value;
        return this;
    }

    /** Where the client wanted to go; needed by original-destination clusters. */
    public @Nullable InetSocketAddress originalDestination() {
        return originalDestination;
    }

    public PickContext originalDestination(@Nullable InetSocketAddress address) {
        originalDestination = address;
        return this;
    }

    /**
     * Asks to avoid the hosts that were {@link #addTried tried}: {@code envoy.retry_host_predicates.previous_hosts}.
     *
     * @param attempts {@code host_selection_retry_max_attempts}: how often another host is asked for before a tried one is taken; Envoy asks at least once more
     */
    public PickContext avoidTried(int attempts) {
        maxAttempts = 1 + Math.max(1, attempts);
        return this;
    }

    /** Remembers a host as tried, where {@link #avoidTried} or {@link #leavePriorityAfter} asked for it before. */
    public void addTried(Host host) {
        if (maxAttempts == 1 && leavePriorityAfter == 0) {
            return;
        }
        if (triedCount == tried.length) {
            tried = Arrays.copyOf(tried, Math.max(2, 2 * triedCount));
        }
        tried[triedCount++] = host;
        if (leavePriorityAfter > 0) {
            triedSinceLeft++;
            if (triedSinceLeft == leavePriorityAfter) {
                for (int i = triedCount - triedSinceLeft; i < triedCount; i++) {
                    leftPriorities |= bit(tried[i].priority());
                }
                triedSinceLeft = 0;
            }
        }
    }

    /**
     * Asks to leave the priorities of hosts that were tried, each time that so many more were: {@code envoy.retry_priorities.previous_priorities}.
     *
     * @param tries {@code update_frequency}, above zero
     */
    public PickContext leavePriorityAfter(int tries) {
        leavePriorityAfter = tries;
        return this;
    }

    /** Whether any priority was left. */
    boolean leftAny() {
        return leftPriorities != 0;
    }

    boolean left(int priority) {
        return (leftPriorities & bit(priority)) != 0;
    }

    /** Nothing better is left: as in Envoy, all are looked at again. */
    void leaveNone() {
        leftPriorities = 0;
    }

    /** Istio writes one priority a locality at most; those above the 62nd are left together. */
    private static long bit(int priority) {
        return 1L << Math.min(priority, 62);
    }

    int maxAttempts() {
        return maxAttempts;
    }

    boolean wasTried(Host host) {
        for (int i = 0; i < triedCount; i++) {
            if (tried[i] == host) {
                return true;
            }
        }
        return false;
    }
}
