package dev.lateen.proxy.jwt;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.JwtAuthentication;
import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtProvider.ClaimToHeader;
import dev.lateen.proxy.model.JwtRequirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The providers of a configuration with their keys, read once, and what requests are judged by. Safe for use by several threads. */
public final class JwtRules {
    private final Map<String, JwtProvider> providers;
    private final Map<String, Jwks.Outcome> local = new HashMap<>();
    private final List<String> outputHeaders;

    private JwtRules(Map<String, JwtProvider> providers) {
        this.providers = providers;
        Set<String> outputs = new LinkedHashSet<>();
        providers.forEach((name, provider) -> {
            if (provider.keys() instanceof JwtProvider.Keys.Local(String jwks)) {
                local.put(name, Jwks.read(jwks));
            }
            outputs.add(provider.output().payloadHeader());
            for (ClaimToHeader claim : provider.output().claimToHeaders()) {
                outputs.add(claim.header());
            }
        });
        outputs.remove("");
        this.outputHeaders = List.copyOf(outputs);
    }

    /** Reads the keys that stand in the configuration; takes some milliseconds the first time. */
    public static JwtRules of(JwtAuthentication config) {
        return new JwtRules(config.providers());
    }

    /** The headers that only good tokens may bring: what a client sends by these names has to go first. In lower case. */
    public List<String> outputHeaders() {
        return outputHeaders;
    }

    /**
     * What becomes of a request. Verifies signatures, some ten microseconds each.
     *
     * @param head is only read
     * @param seconds since 1970
     */
    public JwtDecision decide(
            JwtRequirement requirement, RequestHead head, JwtKeySource remote, VerifiedTokens known, long seconds) {
        JwtChanges changes = new JwtChanges(head);
        JwtJudge judge = new JwtJudge(this, changes, remote, known, seconds);
        JwtStatus status = judge.judge(requirement);
        JwtProvider.Keys.Remote wanted = judge.wanted();
        if (wanted != null) {
            return new JwtDecision.KeysWanted(wanted);
        }
        return status == JwtStatus.OK
                ? new JwtDecision.Passed(changes)
                : new JwtDecision.Refused(status, changes.metadata());
    }

    JwtProvider provider(String name) {
        JwtProvider provider = providers.get(name);
        if (provider == null) {
            throw new IllegalStateException(
                    "JWT provider " + name + ": not there (expected: " + providers.keySet() + ")");
        }
        return provider;
    }

    /** The first provider of an issuer, or else the first of any. */
    @Nullable
    String byIssuer(String issuer) {
        String any = null;
        for (Map.Entry<String, JwtProvider> each : providers.entrySet()) {
            String own = each.getValue().issuer();
            if (own.equals(issuer)) {
                return each.getKey();
            }
            any = any == null && own.isEmpty() ? each.getKey() : any;
        }
        return any;
    }

    /** Of all providers, for requests of which any token counts. */
    List<JwtProvider.Places> places() {
        List<JwtProvider.Places> all = new ArrayList<>();
        providers.values().forEach(provider -> all.add(provider.places()));
        return all;
    }

    /** Null for keys that are fetched. */
    Jwks.@Nullable Outcome local(String provider) {
        return local.get(provider);
    }
}
