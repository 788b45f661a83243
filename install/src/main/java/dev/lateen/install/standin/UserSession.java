package dev.lateen.install.standin;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Who is logged in, kept in a signed cookie so that every replica of productpage knows it. Any name is welcome, as in the original. */
final class UserSession {
    static final String COOKIE = "session";
    private static final int MAX_NAME = 256;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecretKeySpec key;

    UserSession(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    Cookie cookieFor(String user) {
        byte[] name = (user.length() > MAX_NAME ? user.substring(0, MAX_NAME) : user).getBytes(StandardCharsets.UTF_8);
        return Cookie.cookie(COOKIE, ENCODER.encodeToString(name) + "." + ENCODER.encodeToString(sign(name)))
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.LAX);
    }

    Optional<String> user(@Nullable Cookie cookie) {
        if (cookie == null) {
            return Optional.empty();
        }
        int dot = cookie.getValue().indexOf('.');
        try {
            byte[] name = Base64.getUrlDecoder().decode(cookie.getValue().substring(0, Math.max(dot, 0)));
            byte[] signature = Base64.getUrlDecoder().decode(cookie.getValue().substring(dot + 1));
            return name.length > 0 && MessageDigest.isEqual(signature, sign(name))
                    ? Optional.of(new String(name, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private byte[] sign(byte[] name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 belongs to every Java", e);
        }
    }
}
