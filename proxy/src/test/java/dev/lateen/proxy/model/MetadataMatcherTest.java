package dev.lateen.proxy.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.StructValue.BoolValue;
import dev.lateen.proxy.model.StructValue.ListValue;
import dev.lateen.proxy.model.StructValue.NullValue;
import dev.lateen.proxy.model.StructValue.NumberValue;
import dev.lateen.proxy.model.StructValue.StringValue;
import dev.lateen.proxy.model.StructValue.Struct;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Envoy's {@code MetadataMatcher} and {@code ValueMatcher} say of each kind of value. */
class MetadataMatcherTest {
    private static final String JWT = "envoy.filters.http.jwt_authn";

    private static final Map<String, StructValue> VALUES = Map.ofEntries(
            Map.entry("text", new StringValue("admin")),
            Map.entry("empty", new StringValue("")),
            Map.entry("digits", new StringValue("5")),
            Map.entry("five", new NumberValue(5)),
            Map.entry("ten", new NumberValue(10)),
            Map.entry("yes", new BoolValue(true)),
            Map.entry("no", new BoolValue(false)),
            Map.entry("null", new NullValue()),
            Map.entry("list", new ListValue(List.of(new StringValue("dev"), new StringValue("admin")))),
            Map.entry("mixed", new ListValue(List.of(new NullValue(), new NumberValue(5)))),
            Map.entry("nothing", new ListValue(List.of())),
            Map.entry("lists", new ListValue(List.of(new ListValue(List.of(new StringValue("admin")))))),
            Map.entry("struct", new Struct(Map.of("group", new StringValue("admin")))));

    private static final Map<String, ValueMatcher> MATCHERS = Map.ofEntries(
            Map.entry("admin", new ValueMatcher.Text(new StringMatcher.Exact("admin", false))),
            Map.entry("any text", new ValueMatcher.Text(new StringMatcher.Prefix("", false))),
            Map.entry("5", new ValueMatcher.IsNumber(5)),
            Map.entry("[5,10)", new ValueMatcher.InRange(5, 10)),
            Map.entry("true", new ValueMatcher.IsBool(true)),
            Map.entry("false", new ValueMatcher.IsBool(false)),
            Map.entry("is null", new ValueMatcher.IsNull()),
            Map.entry("present", new ValueMatcher.Present(true)),
            Map.entry("present: false", new ValueMatcher.Present(false)),
            Map.entry(
                    "one of admin",
                    new ValueMatcher.OneOf(new ValueMatcher.Text(new StringMatcher.Exact("admin", false)))),
            Map.entry("one of null", new ValueMatcher.OneOf(new ValueMatcher.IsNull())),
            Map.entry("one of present", new ValueMatcher.OneOf(new ValueMatcher.Present(true))),
            Map.entry(
                    "5 or one of admin",
                    new ValueMatcher.Or(List.of(
                            new ValueMatcher.IsNumber(5),
                            new ValueMatcher.OneOf(new ValueMatcher.Text(new StringMatcher.Exact("admin", false)))))));

    private static boolean matches(String matcher, boolean invert, String... path) {
        ValueMatcher value = MATCHERS.get(matcher);
        assertThat(value).as(matcher).isNotNull();
        return new MetadataMatcher(JWT, Arrays.asList(path), value, invert)
                .matches(Map.of(JWT, new Struct(Map.of("payload", new Struct(VALUES)))));
    }

    @ParameterizedTest
    @CsvSource({
        "admin,             text",
        "any text,          text empty digits",
        "5,                 five",
        "'[5,10)',          five",
        "true,              yes",
        "false,             no",
        "is null,           null",
        "present,           text empty digits five ten yes no null list mixed nothing lists struct",
        "present: false,    ''",
        "one of admin,      list",
        "one of null,       mixed",
        "one of present,    list mixed lists",
        "5 or one of admin, five list",
    })
    void aValueMatchesByItsKind(String matcher, String matching) {
        List<String> wanted = Arrays.asList(matching.split(" "));
        VALUES.keySet().forEach(key -> {
            assertThat(matches(matcher, false, "payload", key)).as(key).isEqualTo(wanted.contains(key));
            assertThat(matches(matcher, true, "payload", key)).as("not " + key).isEqualTo(!wanted.contains(key));
        });
    }

    @Test
    void whatIsNotThereMatchesInvertedOnly() {
        MATCHERS.keySet().forEach(matcher -> {
            for (String[] path : new String[][] {
                {"payload", "absent"}, {"absent", "text"}, {"payload", "text", "deeper"}, {"payload", "list", "0"}, {}
            }) {
                assertThat(matches(matcher, false, path)).as(matcher).isFalse();
                assertThat(matches(matcher, true, path)).as(matcher).isTrue();
            }
        });
        assertThat(new MetadataMatcher("other", List.of("payload"), new ValueMatcher.Present(true), false)
                        .matches(Map.of(JWT, new Struct(VALUES))))
                .isFalse();
    }

    @Test
    void aStructOnTheWayIsPresent() {
        assertThat(matches("present", false, "payload")).isTrue();
        assertThat(matches("admin", false, "payload", "struct", "group")).isTrue();
    }
}
