package dev.poolswitch.testkit.server;

import static dev.poolswitch.testkit.server.JsonFields.quoted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The answers of a provider that has nothing to complain about. */
final class Answers {
    private static final String WORD = "word ";

    private final List<String> models;
    private final Duration wordInterval;

    Answers(List<String> models, Duration wordInterval) {
        this.models = models;
        this.wordInterval = wordInterval;
    }

    Reply answer(Ask ask) {
        return switch (ask.endpoint()) {
            case MODELS -> models();
            case EMBEDDINGS -> embeddings(ask);
            case CHAT -> ask.stream() ? chatStream(ask) : chat(ask);
            case MESSAGES -> ask.stream() ? messagesStream(ask) : messages(ask);
            case GENERATE -> ask.stream() ? generateStream(ask) : Reply.json(200, generated(ask, ask.words(), true));
        };
    }

    private Reply models() {
        List<String> entries = models.stream()
                .map(model -> "{\"id\":" + quoted(model) + ",\"object\":\"model\",\"owned_by\":\"fake\"}")
                .toList();
        return Reply.json(200, "{\"object\":\"list\",\"data\":[" + String.join(",", entries) + "]}");
    }

    private static Reply embeddings(Ask ask) {
        return Reply.json(
                200,
                "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,0.2,0.3]}],"
                        + "\"model\":" + quoted(ask.model()) + ",\"usage\":{\"prompt_tokens\":" + ask.promptTokens()
                        + ",\"total_tokens\":" + ask.promptTokens() + "}}");
    }

    private static String text(int words) {
        return WORD.repeat(words).strip();
    }

    private static Reply chat(Ask ask) {
        return Reply.json(
                200,
                chatHead(ask, "chat.completion") + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"" + text(ask.words()) + "\"},\"finish_reason\":\"stop\"}],\"usage\":"
                        + chatUsage(ask) + "}");
    }

    private static String chatHead(Ask ask, String object) {
        return "{\"id\":\"chatcmpl-fake\",\"object\":\"" + object + "\",\"created\":0,\"model\":" + quoted(ask.model())
                + ",";
    }

    private static String chatUsage(Ask ask) {
        return "{\"prompt_tokens\":" + ask.promptTokens() + ",\"completion_tokens\":" + ask.words()
                + ",\"total_tokens\":" + ask.tokens() + "}";
    }

    private Reply chatStream(Ask ask) {
        String head = chatHead(ask, "chat.completion.chunk");
        String usage = ask.includeUsage() ? ",\"usage\":null" : "";
        List<String> events = new ArrayList<>();
        for (int i = 0; i < ask.words(); i++) {
            events.add(head + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + WORD
                    + "\"},\"finish_reason\":null}]" + usage + "}");
        }
        events.add(head + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]" + usage + "}");
        if (ask.includeUsage()) {
            events.add(head + "\"choices\":[],\"usage\":" + chatUsage(ask) + "}");
        }
        events.add("[DONE]");
        return Reply.sse(events, wordInterval);
    }

    private static Reply messages(Ask ask) {
        return Reply.json(
                200,
                message(
                        ask,
                        "[{\"type\":\"text\",\"text\":\"" + text(ask.words()) + "\"}]",
                        "\"end_turn\"",
                        ask.words()));
    }

    private static String message(Ask ask, String content, String stopReason, int outputTokens) {
        return "{\"id\":\"msg_fake\",\"type\":\"message\",\"role\":\"assistant\",\"model\":" + quoted(ask.model())
                + ",\"content\":" + content + ",\"stop_reason\":" + stopReason + ",\"stop_sequence\":null,\"usage\":"
                + "{\"input_tokens\":" + ask.promptTokens() + ",\"output_tokens\":" + outputTokens + "}}";
    }

    private Reply messagesStream(Ask ask) {
        List<String> blocks = new ArrayList<>();
        blocks.add(event("message_start", "\"message\":" + message(ask, "[]", "null", 1)));
        blocks.add(event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
        for (int i = 0; i < ask.words(); i++) {
            blocks.add(event(
                    "content_block_delta",
                    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + WORD + "\"}"));
        }
        blocks.add(event("content_block_stop", "\"index\":0"));
        blocks.add(event(
                "message_delta",
                "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":" + ask.words() + "}"));
        blocks.add("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        return Reply.sseBlocks(blocks, wordInterval);
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
    }

    private Reply generateStream(Ask ask) {
        List<String> events = new ArrayList<>();
        for (int i = 1; i <= ask.words(); i++) {
            events.add(generated(ask, 1, i == ask.words()));
        }
        return Reply.sse(events, wordInterval);
    }

    private static String generated(Ask ask, int words, boolean last) {
        return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text(words) + "\"}],\"role\":\"model\"}"
                + (last ? ",\"finishReason\":\"STOP\"" : "") + ",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":"
                + ask.promptTokens() + ",\"candidatesTokenCount\":" + ask.words() + ",\"totalTokenCount\":"
                + ask.tokens() + "},\"modelVersion\":" + quoted(ask.model()) + "}";
    }
}
