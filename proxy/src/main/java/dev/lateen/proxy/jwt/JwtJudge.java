package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtProvider.Places;
import dev.lateen.proxy.model.JwtRequirement;
import dev.lateen.proxy.model.StructValue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request against one requirement, as Envoy's verifiers do it: alternatives in their order until one holds; all tokens at the places of a provider must be its own and good, or a bad one would pass beside a
 * good one.
 */
final class JwtJudge {
    /** More than any client needs; each costs a verification. */
    static final int MOST_TOKENS = 8;

    private final JwtRules rules;
    private final JwtChanges changes;
    private final JwtKeySource remote;
    private final VerifiedTokens known;
    private final long now;
    private JwtProvider.Keys.@Nullable Remote wanted;

    /** @param now in seconds since 1970 */
    JwtJudge(JwtRules rules, JwtChanges changes, JwtKeySource remote, VerifiedTokens known, long now) {
        this.rules = rules;
        this.changes = changes;
        this.remote = remote;
        this.known = known;
        this.now = now;
    }

    /** The keys that have to be fetched before this can be judged; then what was judged so far does not count. */
    JwtProvider.Keys.@Nullable Remote wanted() {
        return wanted;
    }

    JwtStatus judge(JwtRequirement requirement) {
        return switch (requirement) {
            case JwtRequirement.None _ -> JwtStatus.OK;
            case JwtRequirement.Provider(String name, List<String> audiences) -> provider(name, audiences);
            case JwtRequirement.Any(List<JwtRequirement> alternatives) -> any(alternatives);
            case JwtRequirement.All(List<JwtRequirement> all) -> all(all);
            case JwtRequirement.AllowMissing _ -> ofAnybody(false);
            case JwtRequirement.AllowMissingOrFailed _ -> ofAnybody(true);
        };
    }

    private JwtStatus any(List<JwtRequirement> alternatives) {
        JwtStatus outcome = JwtStatus.MISSED;
        boolean mayBeMissing = false;
        boolean mayFail = false;
        boolean others = false;
        for (JwtRequirement each : alternatives) {
            mayBeMissing |= each instanceof JwtRequirement.AllowMissing;
            mayFail |= each instanceof JwtRequirement.AllowMissingOrFailed;
            if (each instanceof JwtRequirement.AllowMissing || each instanceof JwtRequirement.AllowMissingOrFailed) {
                continue;
            }
            others = true;
            JwtStatus status = judge(each);
            if (status == JwtStatus.OK || wanted != null) {
                return status;
            }
            // That a token is none of a provider's tells less than what is wrong with it.
            if (outcome == JwtStatus.MISSED || status != JwtStatus.MISSED && status != JwtStatus.UNKNOWN_ISSUER) {
                outcome = status;
            }
        }
        if (!others) {
            return mayBeMissing || mayFail ? ofAnybody(mayFail) : JwtStatus.MISSED;
        }
        return mayFail || mayBeMissing && outcome == JwtStatus.MISSED ? JwtStatus.OK : outcome;
    }

    private JwtStatus all(List<JwtRequirement> all) {
        for (JwtRequirement each : all) {
            JwtStatus status = judge(each);
            if (status != JwtStatus.OK || wanted != null) {
                return status;
            }
        }
        return JwtStatus.OK;
    }

    private JwtStatus provider(String name, List<String> audiences) {
        JwtProvider provider = rules.provider(name);
        List<FoundToken> tokens = TokenFinder.find(provider.places(), changes);
        JwtStatus status = tokens.isEmpty()
                ? JwtStatus.MISSED
                : tokens.size() > MOST_TOKENS ? JwtStatus.MULTIPLE_TOKENS : JwtStatus.OK;
        // As in Envoy the last place first: what that one is refused for is what the client is told.
        for (int i = tokens.size() - 1; i >= 0 && status == JwtStatus.OK && wanted == null; i--) {
            status = token(tokens.get(i), name, provider, audiences);
        }
        return failed(provider, status);
    }

    /** Tokens of whomever; each must be good, unless that does not matter. */
    private JwtStatus ofAnybody(boolean mayFail) {
        Set<FoundToken> tokens = new LinkedHashSet<>();
        for (Places places : rules.places()) {
            tokens.addAll(TokenFinder.find(places, changes));
        }
        JwtStatus outcome = JwtStatus.OK;
        int left = MOST_TOKENS;
        for (FoundToken token : tokens) {
            JwtStatus status = left-- > 0 ? ofAnybody(token) : JwtStatus.MULTIPLE_TOKENS;
            outcome = outcome == JwtStatus.OK ? status : outcome;
            if (wanted != null || outcome != JwtStatus.OK && !mayFail || left < 0) {
                break;
            }
        }
        return mayFail ? JwtStatus.OK : outcome;
    }

    private JwtStatus ofAnybody(FoundToken token) {
        JwtReader.Outcome read = JwtReader.read(token.text());
        if (read instanceof JwtReader.Outcome.Bad(JwtStatus status)) {
            return status;
        }
        String name =
                rules.byIssuer(((JwtReader.Outcome.Read) read).jwt().said().issuer());
        if (name == null) {
            return JwtStatus.UNKNOWN_ISSUER;
        }
        JwtProvider provider = rules.provider(name);
        if (!TokenFinder.find(provider.places(), changes).contains(token)) {
            return JwtStatus.UNKNOWN_ISSUER;
        }
        return failed(provider, token(token, name, provider, List.of()));
    }

    private JwtStatus token(FoundToken found, String name, JwtProvider provider, List<String> audiences) {
        Jwks.Outcome local = rules.local(name);
        Jwks keys = local instanceof Jwks.Outcome.Read(Jwks read) ? read : null;
        JwtStatus otherwise = JwtStatus.JWKS_NO_VALID_KEYS;
        boolean fetch = false;
        if (local == null && provider.keys() instanceof JwtProvider.Keys.Remote from) {
            switch (remote.keys(from)) {
                case JwtKeySource.Found.Ready(Jwks fetched) -> keys = fetched;
                case JwtKeySource.Found.Wanted _ -> fetch = true;
                case JwtKeySource.Found.Failed(JwtStatus why) -> otherwise = why;
            }
        }
        Jwt token = known.get(found.text(), keys);
        boolean verified = token != null;
        if (token == null) {
            JwtReader.Outcome read = JwtReader.read(found.text());
            if (read instanceof JwtReader.Outcome.Bad(JwtStatus status)) {
                return status;
            }
            token = ((JwtReader.Outcome.Read) read).jwt();
        }
        JwtStatus status = ClaimLimits.check(token.said(), provider, audiences, now);
        if (status != JwtStatus.OK) {
            return status;
        }
        if (fetch && provider.keys() instanceof JwtProvider.Keys.Remote from) {
            wanted = from;
            return JwtStatus.JWKS_FETCH_FAIL;
        }
        if (keys == null) {
            return otherwise;
        }
        if (!verified) {
            status = keys.verify(token);
            if (status != JwtStatus.OK) {
                return status;
            }
            known.add(token, keys);
        }
        TokenOutput.put(token, found, provider, changes);
        return JwtStatus.OK;
    }

    private JwtStatus failed(JwtProvider provider, JwtStatus status) {
        String key = provider.metadata().failedStatus();
        if (status != JwtStatus.OK && !key.isEmpty()) {
            changes.metadata(
                    key,
                    new StructValue.Struct(Map.of(
                            "code", new StructValue.NumberValue(status.code()),
                            "message", new StructValue.StringValue(status.text()))));
        }
        return status;
    }
}
