package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.JwtProvider.Header;
import dev.lateen.proxy.model.JwtProvider.Places;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the tokens of a request, and takes them out of it. */
final class TokenFinder {
    private TokenFinder() {}

    /** All tokens at these places, each of them once; all values of a name that is there several times. */
    static List<FoundToken> find(Places places, JwtChanges request) {
        List<FoundToken> found = new ArrayList<>(2);
        for (Header header : places.headers()) {
            for (String value : request.values(header.name())) {
                String token = behind(header.prefix(), value);
                if (token != null) {
                    found.add(new FoundToken(token, FoundToken.Place.HEADER, header.name()));
                }
            }
        }
        if (!places.params().isEmpty()) {
            parameters(places.params(), request.path(), found);
        }
        if (!places.cookies().isEmpty()) {
            cookies(places.cookies(), request, found);
        }
        return found;
    }

    /** Envoy looks for the prefix anywhere, and passes over what can't be of a token behind it. */
    private static @Nullable String behind(String prefix, String value) {
        if (prefix.isEmpty()) {
            return value;
        }
        int at = value.indexOf(prefix);
        if (at < 0) {
            return null;
        }
        for (int i = at + prefix.length(); i < value.length(); i++) {
            if (mayBeOfAToken(value.charAt(i))) {
                return value.substring(i);
            }
        }
        return value;
    }

    private static boolean mayBeOfAToken(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.';
    }

    private static void parameters(List<String> names, String path, List<FoundToken> found) {
        for (String pair : pairs(path)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (names.contains(name)) {
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                found.add(new FoundToken(value, FoundToken.Place.PARAMETER, name));
            }
        }
    }

    private static List<String> pairs(String path) {
        int query = path.indexOf('?');
        if (query < 0) {
            return List.of();
        }
        int fragment = path.indexOf('#', query);
        return List.of(path.substring(query + 1, fragment < 0 ? path.length() : fragment)
                .split("&", -1));
    }

    /** What is not well escaped stays as it is. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static void cookies(List<String> names, JwtChanges request, List<FoundToken> found) {
        for (String line : request.values("cookie")) {
            for (String pair : line.split(";", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? "" : pair.substring(0, equals).strip();
                if (equals > 0 && names.contains(name)) {
                    String value = pair.substring(equals + 1).strip();
                    boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                    found.add(new FoundToken(
                            quoted ? value.substring(1, value.length() - 1) : value, FoundToken.Place.COOKIE, name));
                }
            }
        }
    }

    /** So that the upstream does not see it. Cookies stay, as in Envoy. */
    static void takeOut(FoundToken token, JwtChanges request) {
        switch (token.place()) {
            case HEADER -> request.remove(token.name());
            case PARAMETER -> request.path(without(token.name(), request.path()));
            case COOKIE -> {}
        }
    }

    private static String without(String parameter, String path) {
        int query = path.indexOf('?');
        int fragment = path.indexOf('#', query);
        List<String> left = new ArrayList<>();
        for (String pair : pairs(path)) {
            int equals = pair.indexOf('=');
            if (!decoded(equals < 0 ? pair : pair.substring(0, equals)).equals(parameter)) {
                left.add(pair);
            }
        }
        String rest = fragment < 0 ? "" : path.substring(fragment);
        String before = path.substring(0, query);
        return (left.isEmpty() ? before : before + "?" + String.join("&", left)) + rest;
    }
}
