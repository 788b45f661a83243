package dev.lateen.api.networking;

import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Percentage;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Wrapped;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is chosen.
 *
 * @param simple one of the algorithms without settings
 * @param consistentHash the same client goes to the same endpoint
 * @param localityLbSetting overrides the mesh's
 * @param zoneAwareLbSetting the same zone first, and from there as much as the zones' shares ask for (since Istio 1.31)
 * @param warmupDurationSecs old form of {@code warmup.duration}
 * @param warmup how a new endpoint gets its share bit by bit
 */
@AtMostOne({"simple", "consistentHash"})
@Obeys({DestinationRuleRules.Warmup.class, LocalityRules.Zones.class})
public record LoadBalancer(
        @Nullable Simple simple,
        @Nullable ConsistentHash consistentHash,
        @Nullable LocalityLbSetting localityLbSetting,
        @Nullable ZoneAwareLbSetting zoneAwareLbSetting,
        @AtLeast("1ms") @Nullable Duration warmupDurationSecs,
        @Nullable Warmup warmup) {

    /** Algorithms without settings. */
    public enum Simple {
        /** As LEAST_REQUEST. */
        UNSPECIFIED,
        /** Old name of LEAST_REQUEST. */
        LEAST_CONN,
        /** Any. */
        RANDOM,
        /** The address that the client asked for. */
        PASSTHROUGH,
        /** One after another. */
        ROUND_ROBIN,
        /** The better of two at random. */
        LEAST_REQUEST
    }

    /**
     * The same client goes to the same endpoint.
     *
     * @param httpHeaderName hashed: this header
     * @param httpCookie hashed: this cookie
     * @param useSourceIp hashed: the address of the client
     * @param httpQueryParameterName hashed: this query parameter
     * @param ringHash by a ring; the default
     * @param maglev by Maglev's table
     * @param minimumRingSize old form of {@code ringHash.minimumRingSize}
     */
    @AtMostOne({"httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"})
    @AtMostOne({"ringHash", "maglev"})
    @Obeys(DestinationRuleRules.HashKey.class)
    public record ConsistentHash(
            @Nullable String httpHeaderName,
            @Nullable Cookie httpCookie,
            @Nullable Boolean useSourceIp,
            @Nullable String httpQueryParameterName,
            @Nullable RingHash ringHash,
            @Nullable Maglev maglev,
            @Range(min = 0) long minimumRingSize) {}

    /**
     * A cookie.
     *
     * @param name its name
     * @param path its path; empty for none
     * @param ttl how long it lives; 0 for the session, absent means that none is made
     * @param attributes further attributes of the cookie that is made
     */
    public record Cookie(
            @Required String name, String path, @Nullable Duration ttl, List<Attribute> attributes) {
        /** An attribute of a cookie; the value may be empty. */
        public record Attribute(@Required String name, String value) {}
    }

    /** A ring with at least so many points. */
    public record RingHash(@Default("1024") @Range(min = 0) long minimumRingSize) {}

    /** Maglev's table, of a prime size. */
    public record Maglev(@Default("65537") @Range(min = 0) long tableSize) {}

    /**
     * How a new endpoint gets its share bit by bit.
     *
     * @param duration until it has its full share
     * @param minimumPercent of its share at the start; absent means 10
     * @param aggression 1 (the default) is linear
     */
    public record Warmup(
            @Required @AtLeast("1ms") Duration duration,
            @Wrapped @Percentage @Nullable Double minimumPercent,
            @Wrapped @Range(min = 0) @Nullable Double aggression) {}
}
