package dev.lateen.proxy.jwt;

import dev.lateen.proxy.message.JsonText;
import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtProvider.ClaimToHeader;
import dev.lateen.proxy.model.StructValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a good token brings: headers for the upstream, metadata for policies, routes and logs. */
final class TokenOutput {
    /** 2^64. */
    private static final double BEYOND = 0x1p64;

    private TokenOutput() {}

    static void put(Jwt token, FoundToken found, JwtProvider provider, JwtChanges changes) {
        JwtProvider.Output output = provider.output();
        boolean changed = false;
        if (!output.payloadHeader().isEmpty()) {
            String payload = token.payloadText();
            changes.add(output.payloadHeader(), output.padPayloadHeader() ? padded(payload) : payload);
        }
        for (ClaimToHeader each : output.claimToHeaders()) {
            String text = text(token.claim(each.claim()));
            if (!text.isEmpty()) {
                changes.add(each.header(), text);
                changed = true;
            }
        }
        if (!output.forward()) {
            TokenFinder.takeOut(found, changes);
        }
        JwtProvider.Metadata metadata = provider.metadata();
        if (!metadata.header().isEmpty()) {
            changes.metadata(metadata.header(), token.header());
        }
        if (!metadata.payload().isEmpty()) {
            changes.metadata(metadata.payload(), normalized(token.claims(), metadata.spaceDelimitedClaims()));
            changed = true;
        }
        if (output.clearRouteCache() && changed) {
            changes.reroute();
        }
    }

    private static String padded(String payload) {
        return payload + "=".repeat((4 - payload.length() % 4) % 4);
    }

    private static StructValue.Struct normalized(StructValue.Struct claims, List<String> spaceDelimited) {
        Map<String, StructValue> changed = null;
        for (String name : spaceDelimited) {
            if (claims.fields().get(name) instanceof StructValue.StringValue(String text)) {
                changed = changed == null ? new HashMap<>(claims.fields()) : changed;
                List<StructValue> words = new ArrayList<>();
                for (String word : text.split(" ", -1)) {
                    if (!word.isEmpty()) {
                        words.add(new StructValue.StringValue(word));
                    }
                }
                // Of nothing but spaces Envoy makes nothing.
                if (!words.isEmpty()) {
                    changed.put(name, new StructValue.ListValue(words));
                }
            }
        }
        return changed == null ? claims : new StructValue.Struct(changed);
    }

    /** Lists and structs as JSON in base64; empty for what is no text. */
    private static String text(@Nullable StructValue claim) {
        return switch (claim) {
            case null -> "";
            case StructValue.StringValue(String text) -> text;
            case StructValue.NumberValue(double number) -> number(number);
            case StructValue.BoolValue(boolean bool) -> Boolean.toString(bool);
            case StructValue.NullValue _ -> "";
            case StructValue.ListValue _, StructValue.Struct _ ->
                Base64.getEncoder().encodeToString(JsonText.of(claim).getBytes(StandardCharsets.UTF_8));
        };
    }

    /** As Envoy writes them: whole ones that are not negative as they are, others with six digits. */
    private static String number(double number) {
        return number < 0 || number >= BEYOND || number != Math.rint(number)
                ? String.format(Locale.ROOT, "%f", number)
                : new BigDecimal(number).toBigInteger().toString();
    }
}
