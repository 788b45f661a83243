package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;

/**
 * Which requests are sampled, decided by {@code x-request-id} as Envoy's UUID extension does: every proxy on the way comes to the same, and the first that
 * decides writes it into the id, in the digit that tells a UUID's version.
 */
final class RequestIdSampling {
    private static final int LENGTH = 36;
    private static final int PLACE = 14;
    private static final char NOT = '4';
    private static final char SAMPLED = '9';
    private static final char FORCED = 'a';
    private static final char BY_CLIENT = 'b';

    private final Tracing config;

    RequestIdSampling(Tracing config) {
        this.config = config;
    }

    /** Whether a request with these headers is sampled; changes its id if that tells something else. */
    boolean decide(HeaderMap headers) {
        String id = headers.getString("x-request-id");
        long number = id == null ? -1 : number(id);
        if (id == null || number < 0) {
            return false;
        }
        char told = id.length() == LENGTH ? id.charAt(PLACE) : NOT;
        char reason = told == SAMPLED || told == FORCED || told == BY_CLIENT ? told : reason(headers, number);
        if (reason != NOT && !chosen(number, config.sampling().overall())) {
            reason = NOT;
        }
        boolean changed = reason != told && (reason != NOT || told == SAMPLED || told == FORCED || told == BY_CLIENT);
        if (changed && config.sampling().packReason() && id.length() == LENGTH) {
            headers.set("x-request-id", id.substring(0, PLACE) + reason + id.substring(PLACE + 1));
        }
        return reason != NOT;
    }

    private char reason(HeaderMap headers, long number) {
        if (headers.contains("x-client-trace-id")
                && chosen(number, config.sampling().client())) {
            return BY_CLIENT;
        }
        if (headers.contains("x-envoy-force-trace")) {
            return FORCED;
        }
        return chosen(number, config.sampling().random()) ? SAMPLED : NOT;
    }

    private static boolean chosen(long number, int millionths) {
        return number % 10_000 * 100 < millionths;
    }

    /** The first 32 bits; -1 for an id that has none. */
    private static long number(String id) {
        if (id.length() < 8) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < 8; i++) {
            int digit = Character.digit(id.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            number = number * 16 + digit;
        }
        return number;
    }
}
