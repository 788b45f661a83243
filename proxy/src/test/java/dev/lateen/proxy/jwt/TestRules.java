package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.JwtAuthentication;
import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtProvider.Keys;
import dev.lateen.proxy.model.JwtProvider.Limits;
import dev.lateen.proxy.model.JwtProvider.Metadata;
import dev.lateen.proxy.model.JwtProvider.Output;
import dev.lateen.proxy.model.JwtProvider.Places;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Providers in short. */
final class TestRules {
    static final Limits NO_LIMITS = new Limits(List.of(), null, false, null, JwtProvider.CLOCK_SKEW);
    static final Output NO_OUTPUT = new Output(false, "", false, List.of(), false);
    static final Metadata PAYLOAD = new Metadata("payload", List.of("scope"), "", "");

    private TestRules() {}

    static JwtProvider local(String issuer, String jwks) {
        return provider(issuer, new Keys.Local(jwks), Places.USUAL);
    }

    static JwtProvider provider(String issuer, Keys keys, Places places) {
        return new JwtProvider(issuer, NO_LIMITS, keys, places, NO_OUTPUT, PAYLOAD);
    }

    /** @param namesAndProviders a name, its provider, ... */
    static JwtRules of(Object... namesAndProviders) {
        Map<String, JwtProvider> providers = new TreeMap<>();
        for (int i = 0; i < namesAndProviders.length; i += 2) {
            providers.put((String) namesAndProviders[i], (JwtProvider) namesAndProviders[i + 1]);
        }
        return JwtRules.of(new JwtAuthentication(providers, List.of(), Map.of(), false, false, ""));
    }
}
