package dev.lateen.api.security;

import com.google.re2j.Pattern;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import dev.lateen.api.schema.TextRules;

/** What a RequestAuthentication must be like beyond its bounds. */
final class RequestAuthenticationRules {
    private RequestAuthenticationRules() {}

    /** Where keys are fetched. */
    static final class JwksUri implements Rule<String> {
        private static final Pattern URL = Pattern.compile("(?i)https?://[^\\s/?#]+([/?#]\\S*)?");

        @Override
        public void check(String value, Report report) {
            if (!value.isEmpty() && !URL.matches(value)) {
                report.refuse("", "'" + value + "'", "an address that begins with http:// or https://");
            }
        }
    }

    /** Headers are headers. */
    static final class TokenPlaces implements Rule<RequestAuthentication.JwtRule> {
        @Override
        public void check(RequestAuthentication.JwtRule value, Report report) {
            for (int i = 0; i < value.places().fromHeaders().size(); i++) {
                String name = value.places().fromHeaders().get(i).name();
                if (!TextRules.isToken(name)) {
                    report.refuse("fromHeaders[" + i + "].name", "'" + name + "'", "a header name");
                }
            }
            String output = value.output().outputPayloadToHeader();
            if (!output.isEmpty() && !TextRules.isToken(output)) {
                report.refuse("outputPayloadToHeader", "'" + output + "'", "a header name");
            }
        }
    }
}
