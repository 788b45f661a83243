package dev.lateen.istiod.jwks;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How keys are fetched; by Istio's names in the environment.
 *
 * @param refresh how often they are fetched again ({@code PILOT_JWT_PUB_KEY_REFRESH_INTERVAL}, 20 min)
 * @param blocked addresses that are never asked ({@code BLOCKED_CIDRS_IN_JWKS_URIS})
 * @param insecure whether a server's certificate is not looked at ({@code JWKS_RESOLVER_INSECURE_SKIP_VERIFY})
 */
public record JwksBootstrap(Duration refresh, List<AddressBlock> blocked, boolean insecure) {
    private static final Logger LOG = LoggerFactory.getLogger(JwksBootstrap.class);
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s)");
    private static final Duration REFRESH = Duration.ofMinutes(20);

    /** Copies the list. */
    public JwksBootstrap {
        blocked = List.copyOf(blocked);
    }

    /** Of this process. */
    public static JwksBootstrap read() {
        return of(System.getenv());
    }

    /** Of an environment. What can't be read is told and left out, as Istio does. */
    static JwksBootstrap of(Map<String, String> environment) {
        List<AddressBlock> blocked = new ArrayList<>();
        for (String cidr :
                environment.getOrDefault("BLOCKED_CIDRS_IN_JWKS_URIS", "").split(",", -1)) {
            if (!cidr.isBlank()) {
                AddressBlock block = AddressBlock.parse(cidr.strip());
                if (block == null) {
                    LOG.warn("BLOCKED_CIDRS_IN_JWKS_URIS: '{}' (expected: such as 10.0.0.0/8)", cidr);
                } else {
                    blocked.add(block);
                }
            }
        }
        return new JwksBootstrap(
                refresh(environment.get("PILOT_JWT_PUB_KEY_REFRESH_INTERVAL")),
                blocked,
                Boolean.parseBoolean(environment.getOrDefault("JWKS_RESOLVER_INSECURE_SKIP_VERIFY", "false")));
    }

    private static Duration refresh(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return REFRESH;
        }
        Duration sum = Duration.ZERO;
        Matcher parts = PART.matcher(text);
        int end = 0;
        while (parts.find() && parts.start() == end) {
            end = parts.end();
            long unit = switch (parts.group(2)) {
                case "h" -> TimeUnit.HOURS.toMillis(1);
                case "m" -> TimeUnit.MINUTES.toMillis(1);
                case "s" -> TimeUnit.SECONDS.toMillis(1);
                default -> 1;
            };
            sum = sum.plusMillis(Math.round(Double.parseDouble(parts.group(1)) * unit));
        }
        if (end != text.length() || !sum.isPositive()) {
            LOG.warn("PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: '{}' (expected: such as 20m)", text);
            return REFRESH;
        }
        return sum;
    }
}
