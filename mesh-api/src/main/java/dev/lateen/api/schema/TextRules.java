package dev.lateen.api.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Base64;
import java.util.Set;

/** Rules about texts that several kinds share. An empty text is one that was not said, and passes. */
public final class TextRules {
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final int LABEL_LENGTH = 63;
    private static final int REGEX_LENGTH = 1024;
    private static final String CLAIMS = "@request.auth.claims";

    private TextRules() {}

    /** Whether the text is one label of a DNS name; upper case is accepted, as by Istio. */
    public static boolean isLabel(String text) {
        return text.length() <= LABEL_LENGTH && LABEL.matches(text);
    }

    /** Whether the text is a token of HTTP (RFC 9110, section 5.6.2). */
    public static boolean isToken(String text) {
        return TOKEN.matches(text);
    }

    /** It says something. */
    public static final class NotBlank implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.isBlank()) {
                report.refuse("", "an empty text", "a name");
            }
        }
    }

    /** One label of a DNS name. */
    public static final class Label implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!value.isEmpty() && !isLabel(value)) {
                report.refuse("", "'" + value + "'", "letters, digits and '-', at most 63");
            }
        }
    }

    /** The name of a port: a label. */
    public static final class PortName implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!isLabel(value)) {
                report.refuse("", "'" + value + "'", "letters, digits and '-', at most 63");
            }
        }
    }

    /** An expression of RE2, not too long for the proxies (Envoy: max_program_size). */
    public static final class Re2 implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.length() > REGEX_LENGTH) {
                report.refuse("", "an expression of " + value.length() + " characters", "at most " + REGEX_LENGTH);
                return;
            }
            // Istio takes a lone star for "anything", though it is no expression.
            if (value.equals("*")) {
                return;
            }
            try {
                Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                report.refuse("", "'" + value + "': " + e.getDescription(), "an expression of RE2");
            }
        }
    }

    /** The name of a header that is changed. */
    public static final class HeaderName implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!isToken(value) && !value.equals(":authority")) {
                report.refuse("", "'" + value + "'", "a header name, or :authority");
            }
        }
    }

    /** The name of a header that is looked at; a claim of a token may be one. */
    public static final class MatchHeaderName implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            boolean pseudo = value.startsWith(":") && isToken(value.substring(1));
            if (!isToken(value) && !pseudo && !value.startsWith(CLAIMS)) {
                report.refuse("", "'" + value + "'", "a header name, or " + CLAIMS + " with a claim");
            }
        }
    }

    /** The value of a header: no line may end in it (RFC 9110, section 5.5). */
    public static final class HeaderValue implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
                report.refuse("", "a header value with a line break", "one line");
            }
        }
    }

    /** A method, or a star for all. */
    public static final class HttpMethod implements Rule<String> {
        private static final Set<String> METHODS =
                Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");

        @Override
        public void check(String value, Report report) {
            if (!METHODS.contains(value)) {
                report.refuse("", "'" + value + "'", "a method in upper case such as GET, or *");
            }
        }
    }

    /** Base64 (RFC 4648, section 4). */
    public static final class Base64Text implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            try {
                Base64.getDecoder().decode(value);
            } catch (IllegalArgumentException e) {
                report.refuse("", "'" + value + "'", "Base64");
            }
        }
    }

    /** An IP address, or a range of them as CIDR. */
    public static final class Cidr implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!value.isEmpty() && !IpText.isAddressOrRange(value)) {
                report.refuse("", "'" + value + "'", "an IP address or a range such as 10.0.0.0/8");
            }
        }
    }
}
