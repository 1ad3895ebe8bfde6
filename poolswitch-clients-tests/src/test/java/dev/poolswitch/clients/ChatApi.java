package dev.poolswitch.clients;

import feign.Headers;
import feign.Param;
import feign.RequestLine;
import feign.Response;

/** A chat as Feign describes it. */
interface ChatApi {

    @RequestLine("POST /v1/chat/completions")
    @Headers({"Content-Type: application/json", "Authorization: Bearer {credential}"})
    String chat(@Param("credential") String credential, String question);

    @RequestLine("POST /v1/chat/completions")
    @Headers("Content-Type: application/json")
    Response stream(String question);
}
